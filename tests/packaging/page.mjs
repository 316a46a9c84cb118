import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { build } from "vite";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Chromium of the system; `undefined` when there is none. */
export const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);

/** Builds a page with Vite as its user would, opens it and answers its title and what it fetched. */
export async function openPage(project) {
  await build({ configFile: false, root: project, logLevel: "warn", build: { target: "esnext" } });
  const { server, port, served } = await serve(join(project, "dist"));
  const { chromium: playwright } = await import("playwright-core");
  const browser = await playwright.launch({ executablePath: chromium, args: FLAGS });
  try {
    const page = await browser.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForFunction(() => document.title !== "waiting");
    return { title: await page.title(), errors, served };
  } finally {
    await browser.close();
    server.close();
  }
}

async function serve(folder) {
  const served = [];
  const server = createServer((request, response) => {
    const path = request.url === "/" ? "/index.html" : new URL(request.url, "http://localhost").pathname;
    const file = join(folder, path);
    served.push(path);
    if (!existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    response.end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: server.address().port, served };
}
