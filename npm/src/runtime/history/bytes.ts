/** JSON of values that hold bytes, without a detour through arrays of numbers. */
export function encodeJson(value: unknown): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(value, (_key, part) => (part instanceof Uint8Array ? { [BYTES]: toBase64(part) } : part));
  return new TextEncoder().encode(text);
}

export function decodeJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes), (_key, part) => {
    const text = (part as { readonly [BYTES]?: unknown } | null)?.[BYTES];
    return typeof text === "string" ? fromBase64(text) : part;
  });
}

const BYTES = "$bytes";
/** Characters of one call: a call takes so many arguments at most. */
const PART = 8_192;

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PART) text += String.fromCharCode(...bytes.subarray(at, at + PART));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
