"""Exit status 0 if the Swivi on this machine's $PORT is ready for work.

For health checks, which have no curl.
"""

import os
import sys
import urllib.error
import urllib.request

URL = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/api/ready"


def main() -> None:
    try:
        with urllib.request.urlopen(URL, timeout=3):
            return
    except (urllib.error.URLError, TimeoutError) as problem:
        sys.exit(f"not ready: {problem}")


if __name__ == "__main__":
    main()
