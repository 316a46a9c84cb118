import assert from "node:assert/strict";
import { test } from "node:test";
import { terminalPicture } from "../terminal-picture.mjs";

test("a recording becomes text in columns, coloured as it was", () => {
  const svg = terminalPicture("\u001b[32m✓\u001b[39m A1  \u001b[1mdone\u001b[22m\n\n  plain\n");
  assert.match(svg, /<text x="18" y="59.5" textLength="7.8" lengthAdjust="spacingAndGlyphs" fill="#52c587">✓<\/text>/);
  assert.match(svg, /<text x="33.6" [^>]*textLength="15.6" lengthAdjust="spacingAndGlyphs">A1<\/text>/);
  assert.match(svg, /<text x="64.8" [^>]*font-weight="700">done<\/text>/);
  assert.match(svg, /<text x="33.6" y="95.5"[^>]*>plain<\/text>/);
});

test("the same recording gives the same bytes", () => {
  const recording = "\u001b[31mno\u001b[0m yes";
  assert.equal(terminalPicture(recording), terminalPicture(recording));
});

test("what a recording says cannot break the picture", () => {
  const svg = terminalPicture('<script>alert("x")</script>&\u0007\u001b[2J after', { title: '"><x>' });
  assert.doesNotMatch(svg, /<script|<x>/);
  assert.match(svg, /&#60;script&#62;/);
  assert.doesNotMatch(svg, /(?!\n)\p{Cc}/u);
});

test("lines end at the last column, and a colour lasts over lines until it is taken back", () => {
  const svg = terminalPicture(`${"x".repeat(300)}\n\u001b[34ma\nb\u001b[0m\nc`);
  assert.match(svg, />x{126}</);
  assert.equal(svg.match(/fill="#6aa5ff"/g)?.length, 2);
});
