"""Lets `tasks/image_registry.py` come into AWS by an OIDC token, which a server on loopback gives.

The argument is the value of IMAGE_TARGET. Prints the user of the registry.
"""

import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

sys.path.insert(0, "tasks")
import image_registry


class Token(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"value": "a.token.of-the-job"}')

    def log_message(self, *_: object) -> None:
        """Prints nothing."""


server = HTTPServer(("127.0.0.1", 0), Token)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["ACTIONS_ID_TOKEN_REQUEST_URL"] = f"http://127.0.0.1:{server.server_port}/?v=1"
os.environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "of the job"
# No key: what gets in is the token.
for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
    os.environ.pop(name, None)
target = image_registry.find_target(sys.argv[1], os.environ)
user, password = image_registry.find_password(target) or ("", "")
image_registry.announce(target, f"{target.repository}@sha256:{'1' * 64}")
print(f"user {user}, a password of {len(password)} characters")
