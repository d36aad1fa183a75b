#!/usr/bin/env python3
"""Opens the boxes of a Lamplight transfer file without Lamplight (docs/export-format.md).

    open-export.py FILE.age KEYFILE > readable.jsonl

KEYFILE holds an age identity, for example the recovery identity from the safe. Needs the `age` command (Debian:
apt-get install age) and Python's `cryptography` (Debian: apt-get install python3-cryptography). It opens; it does not
check signatures: `lamplight verify` does.
"""
import base64, hashlib, json, subprocess, sys, zlib
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def age(keyfile, data):
    return subprocess.run(["age", "-d", "-i", keyfile], input=data, capture_output=True)


def cbor(data, at=0):
    """One CBOR item at `at`: its value and where the next begins. As much of RFC 8949 as entries use."""
    kind, size = data[at] >> 5, data[at] & 31
    at += 1
    if kind == 7:
        return {20: False, 21: True, 22: None}[size], at
    if size >= 24:
        length = 1 << (size - 24)
        size, at = int.from_bytes(data[at : at + length], "big"), at + length
    if kind == 0:
        return size, at
    if kind in (2, 3):
        raw = bytes(data[at : at + size])
        return (raw if kind == 2 else raw.decode()), at + size
    if kind == 4:
        items = []
        for _ in range(size):
            item, at = cbor(data, at)
            items.append(item)
        return items, at
    if kind == 5:
        pairs = {}
        for _ in range(size):
            name, at = cbor(data, at)
            pairs[name], at = cbor(data, at)
        return pairs, at
    raise ValueError("not an entry")


def parts(entry):
    """The header's fields, the box, and what the box is bound to: all header fields as an array of eight."""
    (signed, _signature), _ = cbor(entry)
    at, fields = 1, []
    for _ in range(8):
        field, at = cbor(signed, at)
        fields.append(field)
    box, _ = cbor(signed, at)
    return fields, box, b"\x88" + signed[1:at]


def body(entry, log_key):
    fields, plain, context = parts(entry)
    if log_key is not None:
        info = b"lamplight patient " + (fields[5] or b"")
        key = HKDF(SHA256(), 32, bytes(32), info).derive(log_key)
        plain = AESGCM(key).decrypt(plain[:12], plain[12:], context)
    (text, _author_signature), _ = cbor(zlib.decompress(plain, -15))
    return json.loads(text)


def main(path, keyfile):
    opened = age(keyfile, open(path, "rb").read())
    # age writes what is whole before a cut, and fails: what it wrote is used.
    if opened.returncode != 0:
        sys.stderr.write("The file is cut or damaged, or sealed for other keys: " + opened.stderr.decode())
    lines = opened.stdout.decode(errors="replace").splitlines()
    if not lines:
        return 1
    print(lines[0])
    keys, failures = {}, opened.returncode != 0
    for text in lines[1:]:
        try:
            line = json.loads(text)
            entry = base64.b64decode(line["entry"])
            fields = parts(entry)[0]
            log, opening = fields[1], fields[7]
            if opening is not None:
                sealed = opening.get("key")
                key = age(keyfile, sealed["file"]).stdout if sealed else None
                good = not sealed or hashlib.sha256(key).digest() == sealed["hash"]
                keys[log] = (good, key)
            good, key = keys.get(log, (False, None))
            if good:
                line["body"] = body(entry, key)
            else:
                line["unreadable"] = "sealed for other keys, or its first entry is missing"
            print(json.dumps(line, ensure_ascii=False))
        except Exception as problem:
            failures = True
            sys.stderr.write(f"A line cannot be opened ({type(problem).__name__}).\n")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
