// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_PAGE_HPP
#define OPENCV_DNN_RPN_TRAIN_PAGE_HPP

namespace cv {
namespace dnn_rpn_train {

//! The look of a training report: light and dark, one column on a telephone.
const char pageStyle[] = R"css(
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --card: #fff; --edge: #e1e4e9; --text: #1c2430; --soft: #667085; --grid: #e9ebef;
  --c1: #2563eb; --c2: #d9720b; --c3: #0d9467; --c4: #a43fbf; --c5: #7a6400; --bad: #c62828;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1318; --card: #181d24; --edge: #2a313b; --text: #e6e9ee; --soft: #98a2b3; --grid: #272d36;
    --c1: #6ea8ff; --c2: #f7a24b; --c3: #45cf9d; --c4: #d68cec; --c5: #e0cf63; --bad: #ff7b72;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 24px 20px 40px; max-width: 1240px; background: var(--ground); color: var(--text);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", Arial, sans-serif;
}
h1 { margin: 0; font-size: 26px; overflow-wrap: anywhere; }
h2 { margin: 32px 0 12px; font-size: 18px; }
h3 { margin: 0; font-size: 15px; }
small, .note, header p, figcaption span, .steps { color: var(--soft); font-weight: 400; font-size: 13px; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; }
header p { margin: 0; width: 100%; }
.state { padding: 3px 12px; border-radius: 99px; font-weight: 600; font-size: 14px; color: #fff; background: #0a7a55; }
.state.running { background: #1d56d0; }
.state.stopped { background: #8a6100; }
.state.failed { background: #b3261e; }
.alert { padding: 10px 14px; border-left: 4px solid var(--bad); background: var(--card); overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 168px), 1fr)); gap: 12px; margin-top: 18px; }
.tile, .chart, .card { padding: 14px 16px; border: 1px solid var(--edge); border-radius: 10px; background: var(--card); }
.tile { display: flex; flex-direction: column; }
.tile b { font-size: 24px; font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar { height: 6px; margin: 4px 0 2px; border-radius: 3px; background: var(--grid); overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--c1); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 14px; }
.chart { min-width: 0; }
.chart:first-child, .chart:last-child:nth-child(even) { grid-column: 1 / -1; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 2px 0 10px; min-height: 24px; }
.legend span { font-size: 13px; color: var(--soft); }
.legend span b { color: var(--text); }
.legend button {
  display: flex; align-items: center; gap: 6px; padding: 2px 0; border: 0; background: none; color: var(--text);
  font: inherit; font-size: 13px; cursor: pointer;
}
.legend button::before { content: ""; width: 16px; height: 3px; border-radius: 2px; background: var(--c); }
.legend b { font-variant-numeric: tabular-nums; }
.legend button.off { opacity: .4; text-decoration: line-through; }
.frame { position: relative; padding: 6px 14px 38px 56px; }
.plot { position: relative; height: 170px; cursor: crosshair; touch-action: pan-y; }
.chart:first-child .plot { height: 270px; }
.plot svg { display: block; width: 100%; height: 100%; overflow: visible; }
.plot path { fill: none; stroke: var(--c); vector-effect: non-scaling-stroke; stroke-linejoin: round; stroke-linecap: round; }
.plot .grid { stroke: var(--grid); stroke-width: 1; stroke-linecap: butt; }
.plot .faint { stroke-width: 1; opacity: .28; }
.plot .line { stroke-width: 2; }
.plot .dots { stroke-width: 7; }
.off { display: none; }
.legend .off { display: flex; }
.c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); } .c4 { --c: var(--c4); }
.c5 { --c: var(--c5); }
.y, .x { position: absolute; color: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.y { left: 0; width: 48px; top: 6px; bottom: 38px; }
.y span { position: absolute; right: 0; transform: translateY(50%); line-height: 1; white-space: nowrap; }
.x { left: 56px; right: 14px; bottom: 16px; height: 16px; }
.x span { position: absolute; transform: translateX(-50%); line-height: 1; white-space: nowrap; }
.steps { position: absolute; left: 56px; right: 14px; bottom: 0; text-align: center; font-size: 12px; line-height: 1; }
.cursor { position: absolute; top: 0; bottom: 0; width: 1px; background: var(--soft); pointer-events: none; }
.tip {
  position: absolute; top: 4px; z-index: 1; padding: 6px 10px; border: 1px solid var(--edge); border-radius: 6px;
  background: var(--card); font-size: 12px; white-space: nowrap; pointer-events: none; box-shadow: 0 2px 8px #0003;
  font-variant-numeric: tabular-nums;
}
.tip div { display: flex; justify-content: space-between; gap: 12px; }
.tip span { color: var(--c); }
.note { margin: 6px 0 0; }
.controls { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 18px; margin-bottom: 12px; }
.controls label { display: flex; align-items: center; gap: 6px; }
.controls output { min-width: 2.6em; font-weight: 650; font-variant-numeric: tabular-nums; }
.controls i { width: 20px; height: 14px; border: 3px solid var(--box); border-radius: 2px; filter: drop-shadow(0 0 1px #000a); }
.images { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 14px; }
figure { margin: 0; min-width: 0; }
.image { position: relative; }
.image img { display: block; width: 100%; border-radius: 6px; }
.image svg { position: absolute; inset: 0; width: 100%; height: 100%; filter: drop-shadow(0 0 1px #000a); }
.image rect { fill: transparent; stroke: var(--box); stroke-width: 2.5; vector-effect: non-scaling-stroke; }
.truth { --box: #ffd60a; } .found { --box: #1ecbff; } .wrong { --box: #ff3b6b; }
rect.truth { stroke-dasharray: 6 4; stroke-width: 2; }
.controls i.truth { border-style: dashed; }
rect.ignored { stroke-dasharray: 2 4; }
rect.low, .no-truth rect.truth, .no-found rect.found, .no-wrong rect.wrong { display: none; }
figcaption { padding-top: 4px; font-size: 13px; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
.scores th, .scores td { padding: 4px 18px 4px 0; text-align: right; white-space: nowrap; }
.scores th { color: var(--soft); font-weight: 400; }
.scores tr > :first-child, .scores tr > :last-child { text-align: left; }
.scores tr + tr > * { border-top: 1px solid var(--grid); }
.scores td:last-child { color: var(--soft); width: 100%; padding-right: 0; }
.settings, .settings tbody { display: block; }
.settings tbody { columns: 3 250px; column-gap: 32px; }
.settings tr { display: flex; justify-content: space-between; gap: 12px; padding: 4px 0; border-bottom: 1px solid var(--grid); break-inside: avoid; }
.settings td, .settings th { padding: 0; text-align: left; font-weight: 400; }
.settings th { color: var(--soft); }
.settings td { text-align: right; overflow-wrap: anywhere; }
@media (max-width: 560px) {
  body { padding: 16px 12px 32px; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 8px; }
  .tile { padding: 10px 12px; }
  .tile b { font-size: 20px; }
  .chart, .card { padding: 12px; }
  .chart:first-child .plot { height: 210px; }
  .frame { padding-left: 46px; } .y { width: 40px; } .x, .steps { left: 46px; }
}
)css";

//! What a training report does: shows values under the pointer, hides lines, chooses boxes by score, tells
//! how old it is, reloads itself while the run goes on.
const char pageScript[] = R"js(
'use strict';
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (parent, tag, className, text) => {
    const element = parent.appendChild(document.createElement(tag));
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  // What the reader has chosen outlives the page's reloading; where a browser forbids it, nothing does.
  const remember = (key, value) => { try { sessionStorage.setItem(key, value); } catch (e) {} };
  const remembered = key => { try { return sessionStorage.getItem(key); } catch (e) { return null; } };
  const readable = v => v === 0 ? '0'
    : Math.abs(v) < 1e-4 || Math.abs(v) >= 1e7 ? v.toExponential(2)
    : Number(v.toPrecision(3)).toLocaleString('en', {maximumFractionDigits: 8});
  const perEpoch = Number(document.body.dataset.stepsPerEpoch);

  for (const chart of all('.chart')) {
    const plot = chart.querySelector('.plot'), title = chart.querySelector('h3').firstChild.data.trim();
    const {steps} = plot.dataset;
    const [x0, x1, y0, y1, logarithmic] = ['x0', 'x1', 'y0', 'y1', 'log'].map(key => Number(plot.dataset[key]));
    const side = plot.querySelector('svg').viewBox.baseVal.width;
    const valueAt = y => logarithmic ? y0 * Math.pow(y1 / y0, 1 - y / side) : y1 + (y0 - y1) * y / side;
    const lines = all('.line', plot).map(path => ({
      path,
      points: [...path.getAttribute('d').matchAll(/(-?\d+) (-?\d+)/g)].map(pair => [Number(pair[1]), Number(pair[2])])
    }));
    const cursor = make(plot, 'div', 'cursor'), tip = make(plot, 'div', 'tip');
    cursor.hidden = tip.hidden = true;

    plot.addEventListener('pointermove', event => {
      const room = plot.getBoundingClientRect(), at = (event.clientX - room.left) / room.width * side;
      const nearest = points => points.reduce((best, p) => Math.abs(p[0] - at) < Math.abs(best[0] - at) ? p : best);
      const rows = lines.filter(l => l.points.length && !l.path.classList.contains('off'))
                        .map(l => ({path: l.path, point: nearest(l.points)}));
      cursor.hidden = tip.hidden = rows.length === 0;
      if (rows.length === 0) return;
      const x = rows[0].point[0], step = Math.round(x0 + x / side * (x1 - x0));
      tip.textContent = '';
      make(tip, 'b', '', steps + ' ' + step.toLocaleString('en') +
        (steps === 'step' && perEpoch > 0 ? ', epoch ' + Math.ceil(step / perEpoch) : ''));
      for (const {path, point} of rows) {
        const row = make(tip, 'div');
        make(row, 'span', path.classList[1], path.dataset.line);
        make(row, 'b', '', readable(valueAt(point[1])));
      }
      cursor.style.left = x / side * 100 + '%';
      const left = x / side * room.width, right = left + 12 + tip.offsetWidth < room.width;
      tip.style.left = (right ? left + 12 : Math.max(0, left - 12 - tip.offsetWidth)) + 'px';
    });
    plot.addEventListener('pointerleave', () => { cursor.hidden = tip.hidden = true; });

    for (const button of all('.legend button', chart)) {
      const key = title + ': ' + button.dataset.line;
      const hide = off => {
        button.setAttribute('aria-pressed', String(!off));
        for (const element of [button, ...all('path', plot).filter(p => p.dataset.line === button.dataset.line)])
          element.classList.toggle('off', off);
      };
      hide(remembered(key) === 'off');
      button.addEventListener('click', () => {
        const off = !button.classList.contains('off');
        hide(off);
        remember(key, off ? 'off' : 'on');
      });
    }
  }

  const slider = document.querySelector('#score');
  if (slider) {
    const choose = () => {
      document.querySelector('#score-value').textContent = Number(slider.value).toFixed(2);
      for (const figure of all('figure')) {
        for (const box of all('[data-score]', figure))
          box.classList.toggle('low', Number(box.dataset.score) < Number(slider.value));
        const count = kind => all('rect.' + kind + ':not(.low):not(.excused)', figure).length;
        const wrong = count('wrong');
        figure.querySelector('figcaption span').textContent = count('found') + ' of ' + figure.dataset.objects +
          ' objects found, ' + wrong + (wrong === 1 ? ' box' : ' boxes') + ' too many';
      }
    };
    if (remembered('score') !== null) slider.value = remembered('score');
    choose();
    slider.addEventListener('input', () => { choose(); remember('score', slider.value); });
    for (const box of all('.controls [data-kind]'))
      box.addEventListener('change', () =>
        document.querySelector('.examples').classList.toggle('no-' + box.dataset.kind, !box.checked));
  }

  if (document.body.dataset.state === 'running') {
    const updated = document.querySelector('#updated');
    const tellAge = () => {
      const seconds = Math.max(0, Math.round((Date.now() - Number(updated.dataset.ms)) / 1000));
      updated.textContent = seconds < 120 ? 'updated ' + seconds + ' s ago'
        : 'no news for ' + Math.floor(seconds / 60) + ' minutes: the program may have been ended';
    };
    tellAge();
    setInterval(tellAge, 1000);
    // Not while somebody points at something.
    setInterval(() => { if (!document.querySelector('.plot:hover, .examples:hover')) location.reload(); }, 10000);
  }
})();
)js";

} // namespace dnn_rpn_train
} // namespace cv

#endif
