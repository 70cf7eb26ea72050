"""python read_schema.py JSII FOLDER: the schema of a Terraform provider, from the package that CDK for Terraform made of it.

The package holds every attribute of every resource as a type. Written is schema.json, for provider.py: for each resource
and data source that the .tf and .hcl files of FOLDER name, its attributes and blocks as Terraform's plugin protocol knows them.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

NAMED = re.compile(r'^\s*(?:mock_)?(resource|data) "(\w+)"', re.MULTILINE)
LINK = re.compile(r"/docs/(?:resources|data-sources)/\S+ (\w+)\}|docs#(\w+) ")
SIMPLE = {"string": "string", "number": "number", "boolean": "bool"}


def main(jsii: str, folder: str) -> None:
    """Reads, and prints the schema."""
    types: dict[str, Any] = json.loads(Path(jsii).read_text(encoding="utf-8"))["types"]
    texts = [path.read_text(encoding="utf-8") for path in Path(folder).rglob("*") if path.suffix in (".tf", ".hcl")]
    named = {(kind, name) for text in texts for kind, name in NAMED.findall(text) if name != "terraform_data"}
    classes = {key: one for one in types.values() if (key := described(one))}
    unknown = sorted(name for kind, name in named if (kind, name) not in classes)
    if unknown:
        sys.exit(f"The provider has no {', '.join(unknown)}.")
    schema: dict[str, Any] = {"resource": {}, "data": {}}
    for kind, name in sorted(named):
        one = classes[kind, name]
        schema[kind][name] = block(types, types[f"{one['fqn']}Config"], one)
    [provider] = [one for name, one in types.items() if name.endswith("ProviderConfig") and ".provider." in name]
    schema["provider"] = block(types, provider, None)
    print(json.dumps(schema))


def described(one: dict[str, Any]) -> tuple[str, str] | None:
    """("resource", "google_storage_bucket") for the class of that resource."""
    found = re.search(r"/docs/(resources|data-sources)/\S+ (\w+)\}", one.get("docs", {}).get("summary", ""))
    if one["kind"] != "class" or not found:
        return None
    return ("resource" if found[1] == "resources" else "data", found[2])


def block(types: dict[str, Any], settings: dict[str, Any], outputs: dict[str, Any] | None) -> dict[str, Any]:
    """What can be set, and what can only be read."""
    attributes: dict[str, Any] = {}
    blocks: dict[str, Any] = {}
    for one in settings.get("properties", []):
        documented = one.get("docs", {})
        text = f"{documented.get('summary', '')} {documented.get('remarks', '')}"
        linked = re.search(r"#(\w+) \w+#\1\}", text)
        name = linked[1] if linked else snake(one["name"])
        struct, many = struct_of(types, one["type"])
        if struct and f"{name} block." in text:
            single = name == "timeouts"
            inner = block(types, struct, types.get(f"{struct['fqn']}OutputReference"))
            least = 0 if one.get("optional") or single else 1
            blocks[name] = {"block": inner, "nesting": 1 if single else 2, "min": least, "max": 0 if many or single else 1}
        else:
            kind = "dynamic" if struct else cty(one["type"])
            attributes[name] = {"type": kind, "required": not one.get("optional", False), "computed": bool(one.get("optional")) and outputs is not None}
    for one in (outputs or {}).get("properties", []):
        name = snake(one["name"])
        own = not (one.get("static") or one["name"].endswith("Input") or one["name"] in ("internalValue", "fqn", "tfResourceType"))
        if own and name not in attributes and name not in blocks:
            attributes[name] = {"type": cty(one["type"]), "required": False, "computed": True, "read": True}
    return {"attributes": attributes, "blocks": blocks}


def struct_of(types: dict[str, Any], kind: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
    """The interface that a property holds, and whether it holds several."""
    for one in kind.get("union", {}).get("types", [kind]):
        inner = one.get("collection", {}).get("elementtype", one)
        found = types.get(inner.get("fqn", ""))
        if found and found["kind"] == "interface":
            return found, "collection" in one
    return None, False


def cty(kind: dict[str, Any]) -> Any:
    """A type as Terraform writes it."""
    if "primitive" in kind:
        return SIMPLE.get(kind["primitive"], "dynamic")
    if "union" in kind:
        return next((found for one in kind["union"]["types"] if (found := cty(one)) != "dynamic"), "dynamic")
    if "collection" in kind:
        inner = cty(kind["collection"]["elementtype"])
        return [{"array": "list", "map": "map"}[kind["collection"]["kind"]], inner] if inner != "dynamic" else "dynamic"
    known = {"cdktf.StringMap": ["map", "string"], "cdktf.NumberMap": ["map", "number"], "cdktf.BooleanMap": ["map", "bool"]}
    return {**known, "cdktf.IResolvable": "dynamic"}.get(kind.get("fqn", ""), "bool" if kind.get("fqn") == "cdktf.IResolvable" else "dynamic")


def snake(name: str) -> str:
    """selfLink → self_link."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


if __name__ == "__main__":
    main(*sys.argv[1:])
