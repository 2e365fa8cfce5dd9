#!/usr/bin/env python3
# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Compiles every source of our modules, and the Python binding's, in a configured build folder of OpenCV, and nothing
else: no library is built.

usage: compile_modules.py BUILD JOBS

The last line is "N passed, N failed".
"""
import concurrent.futures
import json
import os
import subprocess
import sys


def compile_one(entry):
    os.makedirs(os.path.dirname(os.path.join(entry["directory"], entry["output"])), exist_ok=True)
    done = subprocess.run(entry["command"], shell=True, cwd=entry["directory"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    return entry, done


def main():
    build, jobs = sys.argv[1], int(sys.argv[2])
    database = json.loads(subprocess.check_output(["ninja", "-C", build, "-t", "compdb"], text=True))
    ours = {e["output"]: e for e in database
            if e["output"].startswith(("modules/dnn_rpn", "modules/python3/")) and e["output"].endswith(".o")}
    subprocess.check_call(["ninja", "-C", build, "gen_opencv_python_source"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for entry, done in pool.map(compile_one, ours.values()):
            if done.returncode:
                failed += 1
                print("FAILED: %s\n%s" % (entry["file"], done.stdout), flush=True)
    if not ours:
        sys.exit("%s has no sources of our modules" % build)
    print("%d passed, %d failed" % (len(ours) - failed, failed))
    sys.exit(failed > 0)


main()
