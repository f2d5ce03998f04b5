import { describe, expect, it } from "vitest";
import checkpoints from "../../tests/logs/vectors/checkpoints.json";
import tree from "../../tests/logs/vectors/reference_tree.json";
import rekor from "../../tests/logs/vectors/rekor_v2.json";
import rfc8032 from "../../tests/logs/vectors/rfc8032_vectors.json";
import notes from "../../tests/logs/vectors/signed_notes.json";
import smallOrder from "../../tests/logs/vectors/small_order_public_keys.json";
import speccheck from "../../tests/logs/vectors/speccheck_cases.json";
import tessera from "../../tests/logs/vectors/tessera_15/meta.json";
import wycheproof from "../../tests/logs/vectors/wycheproof_ed25519_test.json";
import { openCheckpoint, parseCheckpoint } from "../src/log/checkpoint";
import { chooseVerify, verifyByBrowser, verifyByNoble, type Verify } from "../src/log/ed25519";
import { LogFault } from "../src/log/fault";
import { keyId, parseVkey, type Verifier } from "../src/log/keys";
import { openNote } from "../src/log/note";
import { base64, encoded, hex, joined, strictBase64, type Octets } from "../src/log/octets";
import { digestWith, sha256 } from "../src/log/sha256";
import { CompactRange, leafHash, nodeHash, rootOf } from "../src/log/tree";

const octets = (text: string): Octets => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const verifier = (name: string, publicKey: Octets): Verifier => parseVkey(`${name}+${keyId(name, publicKey)}+${base64(joined(Uint8Array.of(1), publicKey))}`);
const TESSERA = import.meta.glob("../../tests/logs/vectors/tessera_15/checkpoint.*", { query: "?raw", import: "default", eager: true });
const WAYS: readonly [string, Verify][] = [
  ["library", verifyByNoble],
  ["WebCrypto", verifyByBrowser(crypto.subtle)],
];

describe("the tree of RFC 6962", () => {
  const leaves = tree.leaf_inputs_hex.map((input) => leafHash(octets(input)));

  it("has the reference's leaf hashes and nodes", () => {
    const [lowest, above] = tree.node_hashes_hex_by_level;
    expect(leaves.map(hex)).toEqual(lowest);
    expect(hex(nodeHash(leaves[0] as Octets, leaves[1] as Octets))).toBe(above?.[0]);
  });

  it("has the reference's root at each size", () => {
    const range = new CompactRange();
    tree.root_hashes_hex_by_size.forEach((root, size) => {
      expect(hex(range.root)).toBe(root);
      expect(hex(rootOf(joined(...leaves.slice(0, size))))).toBe(root);
      if (size < leaves.length) range.add(leaves[size] as Octets);
    });
  });
});

describe("Ed25519", () => {
  it.each(WAYS)("by %s takes the vectors of RFC 8032 and no change to them", async (_, verify) => {
    expect(rfc8032.cases).toHaveLength(5);
    for (const one of rfc8032.cases) {
      const [key, message, signature] = [octets(one.public_hex), octets(one.message_hex), octets(one.signature_hex)];
      expect(await verify(key, message, signature)).toBe(true);
      expect(await verify(key, joined(message, Uint8Array.of(0)), signature)).toBe(false);
    }
  });

  it.each(WAYS)("by %s decides all 151 cases of Wycheproof", async (_, verify) => {
    let cases = 0;
    for (const group of wycheproof.testGroups) {
      for (const one of group.tests) {
        cases++;
        expect(await verify(octets(group.publicKey.pk), octets(one.msg), octets(one.sig)), one.comment).toBe(one.result === "valid");
      }
    }
    expect(cases).toBe(151);
  });

  it.each(WAYS)("by %s decides the edge cases as the program's own library does", async (_, verify) => {
    let found = "";
    for (const one of speccheck) found += (await verify(octets(one.pub_key), octets(one.message), octets(one.signature))) ? "V" : "x";
    expect(found).toBe("VVVVxxxxxxxV"); // as in tests/logs/test_keys.py
  });

  it("falls back to the library where the browser has none, or takes what it must not", async () => {
    expect(await chooseVerify(undefined)).toBe(verifyByNoble);
    const lax = { importKey: async () => ({}), verify: async () => true } as unknown as SubtleCrypto;
    expect(await chooseVerify(lax)).toBe(verifyByNoble);
    const none = { importKey: async () => Promise.reject(new Error("unknown algorithm")) } as unknown as SubtleCrypto;
    expect(await chooseVerify(none)).toBe(verifyByNoble);
    expect(await chooseVerify(crypto.subtle)).not.toBe(verifyByNoble);
  });
});

describe("SHA-256", () => {
  it("is the same by the library and by WebCrypto", async () => {
    const long = new Uint8Array(100_000).map((_, at) => at % 251);
    expect(hex(sha256(long))).toBe(hex(await digestWith(crypto.subtle)(long)));
    expect(hex(await digestWith(undefined)(long))).toBe(hex(sha256(long)));
  });
});

describe("keys", () => {
  it("of small order are refused, and those that are not canonical", () => {
    expect(smallOrder.reject_as_public_key_hex).toHaveLength(14);
    for (const one of smallOrder.reject_as_public_key_hex) expect(() => verifier("k", octets(one))).toThrow(/refused/);
    for (const above of [0, 3, 18]) {
      const y = new Uint8Array(32).fill(0xff);
      y[0] = 0xed + above;
      y[31] = 0x7f;
      expect(() => verifier("k", y)).toThrow(/refused/);
    }
  });

  it("survive no change", () => {
    const { vkey } = notes.keys.PeterNeumann;
    expect(parseVkey(vkey).name).toBe("PeterNeumann");
    for (let at = 0; at < vkey.length; at++) {
      expect(() => parseVkey(vkey.slice(0, at) + vkey.slice(at + 1))).toThrow(LogFault);
      expect(() => parseVkey(vkey.slice(0, at) + String.fromCharCode(vkey.charCodeAt(at) ^ 1) + vkey.slice(at + 1))).toThrow(LogFault);
    }
    for (const bad of notes.bad_vkeys) expect(() => parseVkey(bad)).toThrow(LogFault);
  });

  it.each(["", "a b", "a+b", "a\tb", "a\u2028b", "a\u202eb"])("are not named %j", (name) => {
    expect(() => verifier(name, octets(rfc8032.cases[0]?.public_hex ?? ""))).toThrow(LogFault);
  });

  it.each(["AB=", "AB", "AA=A", "A A=", "AB==\n", "_w=="])("are not written %j", (text) => {
    expect(() => strictBase64(text)).toThrow(LogFault);
  });
});

describe("signed notes", () => {
  it.each(notes.cases)("$name", async (one) => {
    const opened = (): ReturnType<typeof openNote> => openNote(octets(one.note_hex), one.vkeys.map(parseVkey), verifyByNoble);
    if (!one.ok) {
      await expect(opened()).rejects.toThrow(LogFault);
      return;
    }
    const { text, verified } = await opened();
    expect(text).toBe(one.text);
    expect(verified).toHaveLength(one.verified ?? 1);
  });

  it("of Rekor are checkpoints under its key", async () => {
    const key = parseVkey(rekor.vkey);
    const good = rekor.cases.filter((one) => one.valid);
    expect(good.length).toBeGreaterThan(0);
    for (const one of good) expect((await openCheckpoint(encoded(one.checkpoint), key, verifyByNoble)).size).toBeGreaterThan(one.index);
  });
});

describe("checkpoints", () => {
  it.each(checkpoints.signed)("$name", async (one) => {
    const opened = openCheckpoint(encoded(one.checkpoint), verifier(one.origin, octets(one.public_hex)), verifyByNoble);
    if (one.valid) expect((await opened).origin).toBe(one.origin);
    else await expect(opened).rejects.toThrow(LogFault);
  });

  const root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
  it.each([
    ...checkpoints.bodies_bad,
    `o\n01\n${root}\n`,
    `o\n+1\n${root}\n`,
    `o\n 1\n${root}\n`,
    `o\n١\n${root}\n`,
    `o\n${2n ** 63n}\n${root}\n`,
    `o\n1\n${root.slice(0, -1)}\n`,
    `o\n1\n${root.slice(0, -2)}J=\n`,
    `o\n1\n${root}\nextension\n`,
    `o p\n1\n${root}\n`,
  ])("with the text %j are refused", (text) => {
    expect(() => parseCheckpoint(text)).toThrow(LogFault);
  });

  it("of another implementation's log sign the roots of its entries", async () => {
    const range = new CompactRange();
    const key = parseVkey(tessera.vkey);
    for (let size = 0; size <= 15; size++) {
      const signed = await openCheckpoint(encoded(TESSERA[`../../tests/logs/vectors/tessera_15/checkpoint.${size}`] as string), key, verifyByNoble);
      expect([signed.size, hex(signed.root)]).toEqual([size, hex(range.root)]);
      if (size < 15) range.add(leafHash(encoded(tessera.entries[size] as string)));
    }
  });
});
