// Turns recorded terminal output into a picture: `node scripts/terminal-picture.mjs [RECORDING [PICTURE]]`.
// The same recording gives the same bytes. Only colours and weight are understood, no cursor movement: record plain
// output, for example `FORCE_COLOR=1 npx polyphon run FILE > docs/images/terminal.ansi`.
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const CELL = { width: 7.8, height: 18 };
const PADDING = { left: 18, top: 46, bottom: 16 };
const COLUMNS = 126;
const COLOURS = {
  ground: "#11161d",
  edge: "#2b333d",
  text: "#d7dde4",
  dim: "#7d8896",
  31: "#f4776c",
  32: "#52c587",
  33: "#e2ac45",
  34: "#6aa5ff",
  35: "#c39bec",
  36: "#51c1dc",
};

/**
 * @param {string} recording text with SGR sequences
 * @param {{ title?: string }} [options]
 * @returns {string} an SVG document
 */
export function terminalPicture(recording, { title = "polyphon" } = {}) {
  const lines = recording.replace(/\r\n?/g, "\n").trimEnd().split("\n");
  const state = { colour: undefined, bold: false, dim: false };
  const rows = lines.map((line, index) => row(line, PADDING.top + (index + 0.75) * CELL.height, state));
  const width = Math.ceil(2 * PADDING.left + COLUMNS * CELL.width);
  const height = Math.ceil(PADDING.top + lines.length * CELL.height + PADDING.bottom);
  const dots = ["#f4776c", "#e2ac45", "#52c587"].map(
    (fill, index) => `<circle cx="${22 + index * 18}" cy="20" r="5.5" fill="${fill}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10" fill="${COLOURS.ground}" stroke="${COLOURS.edge}"/>
${dots.join("")}<text x="${width / 2}" y="24" text-anchor="middle" font-family="system-ui,sans-serif" font-size="12" fill="${COLOURS.dim}">${escapeXml(title)}</text>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="13" fill="${COLOURS.text}">
${rows.filter((text) => text !== "").join("\n")}
</g>
</svg>
`;
}

/** One line of the terminal; what stands beyond the last column is cut, as a terminal that does not wrap would. */
function row(line, y, state) {
  let column = 0;
  const runs = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  for (const part of line.split(/(\u001b\[[0-9;]*[A-Za-z])/)) {
    if (part.startsWith("\u001b[")) {
      if (part.endsWith("m")) applyStyle(part.slice(2, -1), state);
      continue;
    }
    const text = [...part].slice(0, Math.max(0, COLUMNS - column)).join("");
    runs.push(run(text, column, y, state));
    column += [...text].length;
  }
  return runs.join("");
}

/** Stretches of text; wide gaps become places, since not every viewer keeps spaces. */
function run(text, column, y, { colour, bold, dim }) {
  const fill = colour ?? (dim ? COLOURS.dim : undefined);
  const style = `${fill === undefined ? "" : ` fill="${fill}"`}${bold ? ' font-weight="700"' : ""}`;
  return [...text.matchAll(/\S+(?: \S+)*/g)]
    .map(({ 0: shown, index }) => {
      const x = fixed(PADDING.left + (column + [...text.slice(0, index)].length) * CELL.width);
      // The length is given so that every font keeps the columns.
      const length = fixed([...shown].length * CELL.width);
      return `<text x="${x}" y="${fixed(y)}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${style}>${escapeXml(shown)}</text>`;
    })
    .join("");
}

function applyStyle(codes, state) {
  for (const code of codes.split(";").map(Number)) {
    if (code === 0) Object.assign(state, { colour: undefined, bold: false, dim: false });
    else if (code === 1) state.bold = true;
    else if (code === 2) state.dim = true;
    else if (code === 22) Object.assign(state, { bold: false, dim: false });
    else if (code === 39) state.colour = undefined;
    else if (code in COLOURS) state.colour = COLOURS[code];
  }
}

function escapeXml(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`).replace(/(?!\t)[\p{Cc}]/gu, "\ufffd");
}

function fixed(value) {
  return String(Math.round(value * 100) / 100);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const here = new URL("../docs/images/", import.meta.url);
  const [recording = new URL("terminal.ansi", here), picture = new URL("terminal.svg", here)] = process.argv.slice(2);
  await writeFile(picture, terminalPicture(await readFile(recording, "utf8")));
}
