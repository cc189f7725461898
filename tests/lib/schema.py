#!/usr/bin/env python3
"""Validates documents by the JSON Schemas of src/schema.

    schema.py <directory of schemas> <list>     lines "<schema> <file of documents, one a line>"

It knows the keywords that are used there, and stops at any other: a schema that it does not
understand proves nothing. A document must also be refused once a key is added anywhere in it.
"""
import copy
import json
import os
import re
import sys

NOTES = {"$schema", "title", "description", "$defs"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int,
         "null": type(None)}


class Bad(Exception):
    pass


def is_type(value, name):
    if name == "integer" and isinstance(value, bool):
        return False
    return isinstance(value, TYPES[name])


class Schemas:
    def __init__(self, directory):
        self.files = {}
        for name in os.listdir(directory):
            if name.endswith(".json"):
                with open(os.path.join(directory, name), encoding="utf-8") as file:
                    self.files[name] = json.load(file)

    def resolve(self, ref):
        name, _, pointer = ref.partition("#")
        schema = self.files[name]
        for part in pointer.split("/")[1:]:
            schema = schema[part]
        return schema

    def any_of(self, schemas, value, at):
        """The keys that those know which hold; Bad with what the nearest one says."""
        known, held, why = set(), False, []
        for schema in schemas:
            try:
                known |= self.check(schema, value, at)
                held = True
            except Bad as bad:
                why.append(str(bad))
        if not held:
            raise Bad(" / ".join(why))
        return known

    def check(self, schema, value, at):
        """The keys of an object that the schema knows."""
        known = set()
        for word in schema:
            if word not in NOTES and not hasattr(self, "do_" + word.lstrip("$")) and \
                    word not in ("additionalProperties", "unevaluatedProperties"):
                raise SystemExit(f"the keyword {word} is not known here")
        for word, what in schema.items():
            if word not in NOTES and word not in ("additionalProperties", "unevaluatedProperties"):
                known |= getattr(self, "do_" + word.lstrip("$"))(what, value, at) or set()
        closed = "additionalProperties" in schema or "unevaluatedProperties" in schema
        if closed and isinstance(value, dict) and set(value) - known:
            raise Bad(f"{at}: unknown key {sorted(set(value) - known)[0]}")
        return known

    def do_ref(self, ref, value, at):
        return self.check(self.resolve(ref), value, at)

    def do_allOf(self, schemas, value, at):
        return set().union(*(self.check(schema, value, at) for schema in schemas))

    def do_anyOf(self, schemas, value, at):
        return self.any_of(schemas, value, at)

    def do_type(self, types, value, at):
        types = types if isinstance(types, list) else [types]
        if not any(is_type(value, name) for name in types):
            raise Bad(f"{at}: {json.dumps(value)[:40]} is not {' or '.join(types)}")

    def do_const(self, const, value, at):
        if value != const or isinstance(value, bool) != isinstance(const, bool):
            raise Bad(f"{at}: is not {const}")

    def do_enum(self, values, value, at):
        if value not in values:
            raise Bad(f"{at}: {json.dumps(value)[:40]} is none of {values}")

    def do_pattern(self, pattern, value, at):
        if isinstance(value, str) and not re.search(pattern, value):
            raise Bad(f"{at}: {value[:80]!r} is not like {pattern}")

    def do_minimum(self, least, value, at):
        if is_type(value, "integer") and value < least:
            raise Bad(f"{at}: {value} is less than {least}")

    def do_maxItems(self, most, value, at):
        if isinstance(value, list) and len(value) > most:
            raise Bad(f"{at}: more than {most}")

    def do_required(self, keys, value, at):
        for key in keys:
            if isinstance(value, dict) and key not in value:
                raise Bad(f"{at}: no {key}")

    def do_dependentRequired(self, needs, value, at):
        for key, others in needs.items():
            if isinstance(value, dict) and key in value:
                self.do_required(others, value, at)

    def do_properties(self, properties, value, at):
        known = set()
        for key, schema in properties.items():
            if isinstance(value, dict) and key in value:
                self.check(schema, value[key], f"{at}.{key}")
                known.add(key)
        return known

    def do_items(self, schema, value, at):
        for i, element in enumerate(value if isinstance(value, list) else []):
            self.check(schema, element, f"{at}[{i}]")


def objects(value):
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


def refuses_more(schemas, name, document):
    """Whether no object of the document may have another key."""
    for i, _ in enumerate(objects(document)):
        changed = copy.deepcopy(document)
        list(objects(changed))[i]["unheard-of"] = 1
        try:
            schemas.check({"$ref": name}, changed, name)
        except Bad:
            continue
        raise Bad(f"{name}: an object may have any key: {json.dumps(changed)[:200]}")


def main():
    schemas = Schemas(sys.argv[1])
    failed = documents = 0
    with open(sys.argv[2], encoding="utf-8") as wanted:
        for line in wanted:
            name, path = line.split(None, 1)
            with open(path.strip(), encoding="utf-8") as file:
                lines = file.read().splitlines()
            if not lines:
                print(f"{path.strip()}: no document for {name}")
                failed += 1
            for text in lines:
                documents += 1
                try:
                    document = json.loads(text)
                    schemas.check({"$ref": name + ".json"}, document, name)
                    refuses_more(schemas, name + ".json", document)
                except (Bad, ValueError) as bad:
                    print(f"{path.strip()}: {bad}")
                    failed += 1
    print(f"{documents} documents, {failed} wrong")
    return failed > 0 or documents == 0


if __name__ == "__main__":
    sys.exit(main())
