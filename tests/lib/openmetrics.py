#!/usr/bin/env python3
"""Reads OpenMetrics text (version 1.0) from standard input, strictly, for what we use of it.

    openmetrics.py          prints "<sample> <value>" for each sample, sorted; exit 1 where it is wrong
"""
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})(\{{{LABEL}(?:,{LABEL})*\}})? (-?[0-9]+(?:\.[0-9]+)?)$")
META = re.compile(rf"# (TYPE|UNIT|HELP) ({NAME}) (.*)$")
SUFFIXES = {"gauge": [""], "counter": ["_total"], "summary": ["_count", "_sum"]}


def bad(line, why):
    sys.exit(f"openmetrics: {why}: {line!r}")


def main():
    text = sys.stdin.buffer.read().decode("utf-8")
    if not text.endswith("\n# EOF\n"):
        bad(text[-20:], "does not end with # EOF")
    family, meta, seen, families = None, {}, set(), set()
    for line in text[: -len("# EOF\n")].splitlines():
        match = META.match(line)
        if match:
            what, name, value = match.groups()
            if name != family:
                if name in families:
                    bad(line, "the family is not in one piece")
                families.add(name)
                family, meta = name, {}
            if what in meta or "sampled" in meta:
                bad(line, "said twice, or after a sample")
            if what == "TYPE" and value not in SUFFIXES:
                bad(line, "no type")
            if what == "UNIT" and not name.endswith("_" + value):
                bad(line, "the unit is not the end of the name")
            meta[what] = value
            continue
        match = SAMPLE.match(line)
        if not match:
            bad(line, "neither a sample nor a description")
        name, labels, value = match.groups()
        kind = meta.get("TYPE")
        if not kind or "HELP" not in meta:
            bad(line, "a sample without TYPE and HELP")
        if name not in [family + suffix for suffix in SUFFIXES[kind]]:
            bad(line, f"not a sample of the {kind} {family}")
        if kind != "gauge" and float(value) < 0:
            bad(line, "less than nothing")
        if (name, labels) in seen:
            bad(line, "twice")
        seen.add((name, labels))
        meta["sampled"] = ""
        print(f"{name}{labels or ''} {value}")


if __name__ == "__main__":
    main()
