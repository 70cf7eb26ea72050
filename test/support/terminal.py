"""python terminal.py '[[TEXT, KEYS], …]' COMMAND…

Runs a command in a terminal; each time TEXT appears, types KEYS. Prints what the terminal showed, and ends as the command did.
"""

import json
import os
import pty
import select
import sys
import time

steps = json.loads(sys.argv[1])
command = sys.argv[2:]

child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)

shown = b""
fresh = 0
deadline = time.monotonic() + 60
while time.monotonic() < deadline:
    ready, _, _ = select.select([terminal], [], [], 0.1)
    if ready:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
    if steps and steps[0][0].encode() in shown[fresh:]:
        text, keys = steps.pop(0)
        fresh += shown[fresh:].index(text.encode()) + len(text.encode())
        time.sleep(0.05)
        os.write(terminal, keys.encode())
else:
    os.kill(child, 9)
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)
