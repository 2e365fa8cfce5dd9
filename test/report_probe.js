// What test/report.sh puts into the head of a report: notes what goes wrong, tries what a reader would try, and leaves
// what it saw as lines of text at the end of the page.
'use strict';
const problems = [];
addEventListener('error', e => problems.push(e.message || 'error of ' + e.target.nodeName), true);
addEventListener('unhandledrejection', e => problems.push(e.reason));
addEventListener('securitypolicyviolation', e => problems.push('loads ' + e.blockedURI));
addEventListener('load', () => {
  const seen = [], tell = (...words) => seen.push(words.join(' ')), all = selector => [...document.querySelectorAll(selector)];
  try {
    tell('state', document.body.dataset.state);
    for (const path of all('path.line')) {
      const points = path.getAttribute('d').match(/-?[0-9]+ -?[0-9]+/g) || [], room = path.getBoundingClientRect();
      tell('line', path.dataset.name.replace(/ /g, '_'), points.length, Math.round(room.width));
    }
    for (const image of all('img')) tell('image', image.complete ? image.naturalWidth : 0);
    for (const plot of all('.plot')) {
      const room = plot.getBoundingClientRect(), tip = plot.querySelector('.tip');
      plot.dispatchEvent(new PointerEvent('pointermove', {clientX: room.left + room.width / 2}));
      tell('tip', tip.hidden ? 'hidden' : [...tip.children].map(e => e.textContent).join(' '));
      plot.dispatchEvent(new PointerEvent('pointerleave'));
      if (!tip.hidden) problems.push('a tip stays');
    }
    const button = document.querySelector('.legend button');
    if (button) {
      const shown = () => all('.chart:first-child path.line').filter(p => p.getClientRects().length).length;
      const before = shown();
      button.click();
      tell('toggle', before, shown());
      button.click();
    }
    const slider = document.querySelector('#score');
    if (slider) {
      const boxes = () => all('rect[data-score]').filter(r => getComputedStyle(r).display !== 'none').length;
      slider.max = 2;
      for (const score of [0, 2]) {
        slider.value = score;
        slider.dispatchEvent(new Event('input'));
        tell('boxes', score, boxes());
      }
      tell('caption', document.querySelector('figcaption span').textContent);
    }
    for (const entry of performance.getEntriesByType('resource'))
      if (!entry.name.startsWith('data:')) problems.push('loads ' + entry.name);
    if (document.documentElement.scrollWidth > innerWidth) problems.push('wider than the window');
  } catch (e) {
    problems.push('the probe: ' + e);
  }
  for (const problem of problems) tell('problem', problem);
  const pre = document.body.appendChild(document.createElement('pre'));
  pre.id = 'probe';
  pre.textContent = '\n' + seen.join('\n') + '\nend\n';
});
