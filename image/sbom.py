#!/usr/bin/env python3
"""Writes the bill of materials of the program (CycloneDX 1.5), the same for the same sources.

    image/sbom.py TARGET OUTPUT
"""

import json
import os
import subprocess
import sys
from pathlib import Path

NAME = "ropa-sbom"


def main():
    target, output = sys.argv[1:]
    options = ["--format", "json", "--spec-version", "1.5", "--target", target, "--override-filename", NAME]
    subprocess.run(["cargo", "cyclonedx", "--quiet", *options], check=True)
    # It writes one for every package of the workspace; that of the program has the others in it.
    bill = json.loads(Path(f"{NAME}.json").read_text())
    for written in Path(".").glob(f"**/{NAME}.json"):
        written.unlink()
    # Drawn and dated anew by every run.
    bill.pop("serialNumber", None)
    bill.get("metadata", {}).pop("timestamp", None)
    text = json.dumps(bill, sort_keys=True, indent=1)
    # Where the sources lay is no part of it.
    Path(output).write_text(text.replace(os.getcwd(), "/src") + "\n")


if __name__ == "__main__":
    main()
