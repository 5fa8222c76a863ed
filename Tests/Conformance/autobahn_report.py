"""Reads Autobahn's index.json, prints a summary and exits 1 unless every case passed.

Usage: autobahn_report.py INDEX_JSON MINIMUM_CASES
"""
import collections
import json
import sys

PASSED = {"OK", "NON-STRICT", "INFORMATIONAL"}


def key(case):
    return [int(part) for part in case.split(".")]


def main(path, minimum):
    with open(path) as file:
        (cases,) = json.load(file).values()
    behavior = collections.Counter(result["behavior"] for result in cases.values())
    closing = collections.Counter(result["behaviorClose"] for result in cases.values())
    bad = [
        case
        for case, result in cases.items()
        if result["behavior"] not in PASSED or result["behaviorClose"] not in PASSED
    ]
    for case in sorted(bad, key=key):
        result = cases[case]
        print(f"case {case}: {result['behavior']}, close {result['behaviorClose']}, code {result['remoteCloseCode']}")
    print("behaviour:", ", ".join(f"{count} {name}" for name, count in behavior.most_common()))
    print("close:    ", ", ".join(f"{count} {name}" for name, count in closing.most_common()))
    unimplemented = behavior["UNIMPLEMENTED"]
    print(f"Autobahn: {len(cases)} cases, {len(bad) - unimplemented} failed, {unimplemented} unimplemented")
    if len(cases) < int(minimum):
        print(f"Autobahn ran {len(cases)} cases, expected at least {minimum}")
        return 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
