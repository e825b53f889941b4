#!/usr/bin/env python3
"""Makes an image of this machine's PostgreSQL, for clusters without a registry to take one from.

    tests/cluster/postgres.py NAME OUTPUT
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "image"))
import oci  # noqa: E402

PROGRAMS = ("postgres", "initdb", "psql", "pg_isready", "pg_ctl")
# It makes its data folder at its first start, takes only TLS, and asks everybody for a password.
START = """#!/bin/busybox sh
set -eu
if [ ! -s /data/pg/PG_VERSION ]; then
    initdb -D /data/pg -U postgres -E UTF8 --locale=C -A scram-sha-256 --pwfile=/secret/password
    echo 'hostssl all all all scram-sha-256' >> /data/pg/pg_hba.conf
fi
exec postgres -D /data/pg -k /data -c listen_addresses='*' -c max_connections=100 -c ssl=on \\
    -c ssl_cert_file=/tls/tls.crt -c ssl_key_file=/tls/tls.key -c shared_buffers=32MB
"""


def libraries(program):
    """What the loader of a program finds, by the path that it finds it at."""
    printed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return re.findall(r"(/\S+) \(0x", printed)


def main():
    name, output = sys.argv[1:]
    folder = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"))[-1].parent.parent
    version = folder.name
    found = dict(oci.passwd())
    found["start"] = (0o755, START.encode())
    # Once more as the shell that initdb starts its helpers with.
    for shell in ("bin/busybox", "bin/sh"):
        found[shell] = (0o755, pathlib.Path("/bin/busybox").read_bytes())
    wanted = [str(folder / "bin" / program) for program in PROGRAMS]
    wanted += [str(path) for path in (folder / "lib").glob("*.so")]
    for path in list(wanted):
        wanted += libraries(path)
    wanted += [str(path) for path in pathlib.Path(f"/usr/share/postgresql/{version}").rglob("*") if path.is_file()]
    zones = pathlib.Path("/usr/share/zoneinfo")
    wanted += [str(zones / zone) for zone in ("UTC", "Etc/UTC") if (zones / zone).is_file()]
    for path in wanted:
        real = pathlib.Path(path)
        found[path.lstrip("/")] = (0o755 if real.stat().st_mode & 0o100 else 0o644, real.read_bytes())
    settings = {
        "Entrypoint": ["/start"],
        "Env": [f"PATH={folder}/bin:/bin"],
        "User": f"{oci.USER}:{oci.USER}",
    }
    print(oci.archive(sorted(found.items()), settings, name, 0, "amd64", output))


if __name__ == "__main__":
    main()
