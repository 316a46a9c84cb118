import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PolyphonError } from "../../errors/error.ts";
import { type Report, reportToHtml, reportToJson, reportToMarkdown } from "../../report/index.ts";

export type ReportFormat = "json" | "md" | "html";

export const FORMATS: readonly ReportFormat[] = ["json", "md", "html"];

export function renderReport(report: Report, format: ReportFormat): string {
  switch (format) {
    case "json":
      return reportToJson(report);
    case "md":
      return reportToMarkdown(report);
    case "html":
      return reportToHtml(report);
  }
}

/** Writes all formats under `<folder of the database>/reports/<session>/`; answers the paths. */
export async function writeReports(db: string, report: Report): Promise<Readonly<Record<ReportFormat, string>>> {
  const folder = join(dirname(db), "reports", report.session.replace(/[^\w-]/g, "_"));
  const paths = { json: join(folder, "report.json"), md: join(folder, "report.md"), html: join(folder, "report.html") };
  for (const format of FORMATS) await writeFileWhole(paths[format], renderReport(report, format));
  return paths;
}

/** A reader sees the old file or the new one, never half of it. Throws `CLI_REPORT_WRITE`. */
export async function writeFileWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PolyphonError("CLI_REPORT_WRITE", {
      message: `The report cannot be written: ${reason}`,
      cause,
      details: { path },
    });
  }
}
