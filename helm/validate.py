"""Checks rendered manifests: every object against the schemas of Kubernetes, and what has to hold for all of them.

    validate.py schemas FILE...     strictly, Kubernetes 1.30 to 1.37
    validate.py rules FILE...       pods, secrets, hooks, names
    validate.py same A B            the same objects, apart from the bootstrap Secret
    validate.py selftest FILE       that mistakes put into a correct file are found

Needs kubernetes-validate, which brings the schemas; nothing is fetched.
"""

import copy
import functools
import json
import re
import sys

import yaml
from kubernetes_validate import utils

VERSIONS = [f"1.{minor}" for minor in range(30, 38)]
# Custom resources have no schema in Kubernetes. Every other kind has to be known.
CUSTOM = {"Certificate", "ServiceMonitor", "PodMonitor", "GRPCRoute", "BackendTLSPolicy"}

utils.schema_contents = functools.lru_cache(maxsize=None)(utils.schema_contents)


def load(path):
    with open(path, encoding="utf-8") as file:
        return [document for document in yaml.safe_load_all(file) if document]


def name(item):
    return f"{item['kind']} {item['metadata']['name']}"


def pod(item):
    if item["kind"] == "Pod":
        return item["spec"]
    return item["spec"]["template"]["spec"] if item["kind"] in ("Deployment", "Job") else None


@functools.lru_cache(maxsize=None)
def schema_mistakes(text):
    item = json.loads(text)
    found = []
    for version in VERSIONS:
        try:
            utils.validate(item, version, strict=True)
        except utils.ValidationError as error:
            found.append(f"{name(item)}: Kubernetes {version}: {error.message[:200]}")
        except utils.SchemaNotFoundError as error:
            found.append(f"{name(item)}: {error.message}")
    return found


def schemas(items):
    return [mistake for item in items if item["kind"] not in CUSTOM for mistake in schema_mistakes(json.dumps(item, sort_keys=True))]


def pod_mistakes(spec):
    context = spec.get("securityContext", {})
    if spec.get("automountServiceAccountToken") is not False or spec.get("enableServiceLinks") is not False:
        yield "token or service links"
    if not context.get("runAsNonRoot") or context.get("runAsUser") != 65532 or context.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "security context of the pod"
    volumes = {volume["name"] for volume in spec.get("volumes", [])}
    for container in spec["containers"] + spec.get("initContainers", []):
        context = container.get("securityContext", {})
        if (context.get("allowPrivilegeEscalation") is not False or context.get("readOnlyRootFilesystem") is not True
                or context.get("capabilities") != {"drop": ["ALL"]} or context.get("privileged") is not False):
            yield f"security context of {container['name']}"
        if not container.get("resources", {}).get("requests") or "cpu" in container["resources"].get("limits", {}):
            yield f"resources of {container['name']}"
        names = [variable["name"] for variable in container.get("env", [])]
        if len(names) != len(set(names)):
            yield f"a variable twice in {container['name']}"
        mounts = [mount["mountPath"] for mount in container.get("volumeMounts", [])]
        if len(mounts) != len(set(mounts)) or {mount["name"] for mount in container.get("volumeMounts", [])} - volumes:
            yield f"mounts of {container['name']}"


def rules(items):
    found = []
    secrets = [value for item in items if item["kind"] == "Secret" for key, value in item.get("stringData", {}).items()
               if key.endswith((".key", "token"))]
    for item in items:
        annotations = item["metadata"].get("annotations", {})
        text = json.dumps(item)
        if pod(item):
            found += [f"{name(item)}: {mistake}" for mistake in pod_mistakes(pod(item))]
        if item["kind"] != "Secret" and (re.search(r"ropa_\w{43}|PRIVATE KEY", text) or any(secret in text for secret in secrets)):
            found.append(f"{name(item)}: holds a secret")
        if item["kind"] == "Secret" and (annotations.get("helm.sh/hook"), annotations.get("argocd.argoproj.io/hook")) != ("pre-install", "Skip"):
            found.append(f"{name(item)}: is not made once")
        if item["metadata"]["labels"]["app.kubernetes.io/component"] == "migrate" and "post-" in annotations.get("helm.sh/hook", ""):
            found.append(f"{name(item)}: migrates after the servers")
        if item["kind"] == "ServiceAccount" and item.get("automountServiceAccountToken") is not False:
            found.append(f"{name(item)}: token")
        if item["kind"] in ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"):
            found.append(f"{name(item)}: rights")
    names = [name(item) for item in items]
    found += [f"{one}: twice" for one in sorted(set(names)) if names.count(one) > 1]
    found += [f"{one}: too long" for one in names if len(one.split()[1]) > 63]
    return found


def stable(items):
    return sorted(json.dumps(item, sort_keys=True) for item in items if item["kind"] != "Secret")


def selftest(items):
    """Each change makes a correct file wrong in one way; what is not found is a hole in the checks above."""
    deployment = next(i for i, item in enumerate(items) if item["kind"] == "Deployment")

    def spec(changed):
        return pod(changed[deployment])

    changes = [
        (schemas, lambda changed: changed[deployment]["spec"].update(replica=2)),
        (schemas, lambda changed: changed[deployment]["spec"].update(replicas="2")),
        (schemas, lambda changed: spec(changed)["containers"][0]["lifecycle"].update(preStop={"sleep": {}})),
        (schemas, lambda changed: changed[deployment].update(kind="Deploiment")),
        (rules, lambda changed: spec(changed).update(automountServiceAccountToken=True)),
        (rules, lambda changed: spec(changed)["containers"][0]["securityContext"].update(readOnlyRootFilesystem=False)),
        (rules, lambda changed: spec(changed)["containers"][0]["env"].append({"name": "ROPA_LOG", "value": "ropa_" + "a" * 43})),
        (rules, lambda changed: changed.append(changed[deployment])),
    ]
    found = []
    for number, (check, change) in enumerate(changes):
        changed = copy.deepcopy(items)
        change(changed)
        if check(items) or not check(changed):
            found.append(f"selftest: mistake {number} is not found")
    return found


def main(command, *paths):
    files = [load(path) for path in paths]
    if command == "same":
        found = [] if stable(files[0]) == stable(files[1]) else [f"{paths[0]} and {paths[1]} differ"]
    else:
        check = {"schemas": schemas, "rules": rules, "selftest": selftest}[command]
        found = [f"{path}: {mistake}" for path, items in zip(paths, files) for mistake in check(items)]
    if not all(files):
        found.append("a file without objects shows nothing")
    print("\n".join(found), file=sys.stderr) if found else None
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
