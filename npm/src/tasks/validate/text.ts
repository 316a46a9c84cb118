/** What {@link utf8Length} answers for a text that cannot be stored. */
export const HAS_NUL: number = -1;
export const HAS_LONE_SURROGATE: number = -2;
export const HAS_CONTROL: number = -3;

/** Bytes of `text` in UTF-8; negative when it has half a surrogate pair or, for `strict` texts, a control character. O(n). */
export function utf8Length(text: string, strict: boolean): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) {
      if (strict && (unit < 0x20 || unit === 0x7f)) return unit === 0 ? HAS_NUL : HAS_CONTROL;
    } else if (unit < 0x800) {
      if (strict && unit < 0xa0) return HAS_CONTROL;
      bytes += 1;
    } else if (unit < 0xd800 || unit > 0xdfff) {
      bytes += 2;
    } else {
      const low = unit < 0xdc00 ? text.charCodeAt(at + 1) : 0;
      if (!(low >= 0xdc00 && low <= 0xdfff)) return HAS_LONE_SURROGATE;
      at += 1;
      bytes += 2;
    }
  }
  return bytes;
}
