#!/usr/bin/env python3
"""Writes an image as an OCI archive, without a container engine, and the same bytes for the same files.

    image/oci.py --binary FILE --sbom FILE --examples FOLDER --version V --revision R --epoch SECONDS \
        --name ropa:V --output ropa.tar

What the image has is what the Dockerfile says: one static program on an empty base, run by a user without rights.
"""

import argparse
import hashlib
import io
import json
import subprocess
import tarfile
from datetime import datetime, timezone
from pathlib import Path

USER = 65532
ROOT = Path(__file__).resolve().parent.parent


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("binary", "sbom", "examples", "version", "revision", "name", "output"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--epoch", type=int, required=True)
    parser.add_argument("--architecture", default="amd64")
    return parser.parse_args()


def files(args):
    """Path in the image, mode, bytes; in order of path, so that an archive of the same files is the same."""
    found = {
        "ropa": (0o755, Path(args.binary).read_bytes()),
        **passwd(),
        "usr/share/doc/ropa/LICENSE": (0o644, (ROOT / "LICENSE").read_bytes()),
        "usr/share/doc/ropa/NOTICE.md": (0o644, (ROOT / "src/domain/vocabulary/NOTICE.md").read_bytes()),
        "usr/share/sbom/ropa.cdx.json": (0o644, Path(args.sbom).read_bytes()),
    }
    for path in kept(Path(args.examples)):
        found[f"examples/registers/{path.relative_to(args.examples)}"] = (0o644, path.read_bytes())
    return sorted(found.items())


def kept(folder):
    """The files of a folder; in a checkout only those that belong to it."""
    listed = subprocess.run(["git", "ls-files", "-z", folder], capture_output=True, text=True, check=False)
    names = [name for name in listed.stdout.split("\0") if name]
    return sorted(map(Path, names)) if names else sorted(path for path in folder.rglob("*") if path.is_file())


def reference(name):
    """The name as containers' runtimes write it out, or they do not find what they have."""
    first = name.split("/")[0]
    if "/" not in name:
        return f"docker.io/library/{name}"
    return name if "." in first or ":" in first or first == "localhost" else f"docker.io/{name}"


def passwd():
    """Who the program runs as; some programs want a name for their number."""
    return {
        "etc/passwd": (0o644, f"ropa:x:{USER}:{USER}:ropa:/:/nologin\n".encode()),
        "etc/group": (0o644, f"ropa:x:{USER}:\n".encode()),
    }


def folders(paths):
    found = set()
    for path in paths:
        found.update(str(parent) for parent in Path(path).parents if str(parent) != ".")
    return sorted(found)


def entry(path, epoch, mode, size=None):
    info = tarfile.TarInfo(path)
    info.mtime, info.mode = epoch, mode
    if path == "data":
        # The one place that the program may write to.
        info.uid = info.gid = USER
    if size is None:
        info.type = tarfile.DIRTYPE
    else:
        info.size = size
    return info


def layer(content, epoch):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for folder in sorted([*folders(path for path, _ in content), "data"]):
            tar.addfile(entry(folder, epoch, 0o755))
        for path, (mode, data) in content:
            tar.addfile(entry(path, epoch, mode, len(data)), io.BytesIO(data))
    return buffer.getvalue()


def config(args):
    labels = {
        "created": stamp(args.epoch),
        "description": "A GDPR Article 30 register that answers: may we process this?",
        "licenses": "Apache-2.0",
        "revision": args.revision,
        "title": "ropa",
        "version": args.version,
    }
    return {
        "Cmd": ["serve"],
        "Entrypoint": ["/ropa"],
        "Env": ["ROPA_DATABASE_URL=sqlite:/data/ropa.db"],
        "ExposedPorts": {"50051/tcp": {}, "9090/tcp": {}},
        "Labels": {f"org.opencontainers.image.{name}": value for name, value in labels.items()},
        "StopSignal": "SIGTERM",
        "User": f"{USER}:{USER}",
        "WorkingDir": "/",
    }


def stamp(epoch):
    return datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def written(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def archive(content, settings, name, epoch, architecture, output):
    """Writes an archive of one layer with these files (path, (mode, bytes)), in order of path; answers its digest."""
    plain = layer(content, epoch)
    blobs = {}

    def blob(kind, data):
        blobs[digest(data)] = data
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": digest(data), "size": len(data)}

    described = {
        "architecture": architecture,
        "config": settings,
        "created": stamp(epoch),
        "history": [{"created": stamp(epoch), "created_by": "image/oci.py"}],
        "os": "linux",
        "rootfs": {"diff_ids": [digest(plain)], "type": "layers"},
    }
    manifest = written(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": blob("config.v1+json", written(described)),
            # Not compressed: compressors differ from one machine to the next, and registries compress on their own.
            "layers": [blob("layer.v1.tar", plain)],
        }
    )
    listed = blob("manifest.v1+json", manifest)
    listed["annotations"] = {
        "io.containerd.image.name": reference(name),
        "org.opencontainers.image.ref.name": name.rpartition(":")[2],
    }
    listed["platform"] = {"architecture": architecture, "os": "linux"}
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [listed]}
    layout = {"index.json": written(index), "oci-layout": written({"imageLayoutVersion": "1.0.0"})}
    layout.update({f"blobs/{blob.replace(':', '/')}": data for blob, data in blobs.items()})
    with tarfile.open(output, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for folder in ("blobs", "blobs/sha256"):
            tar.addfile(entry(folder, epoch, 0o755))
        for path, data in sorted(layout.items()):
            tar.addfile(entry(path, epoch, 0o644, len(data)), io.BytesIO(data))
    return digest(manifest)


def main():
    args = arguments()
    print(archive(files(args), config(args), args.name, args.epoch, args.architecture, args.output))


if __name__ == "__main__":
    main()
