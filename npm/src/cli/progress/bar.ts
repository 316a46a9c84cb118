const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of `width` cells filled to `percentage`, to an eighth of a cell; the rest is blank cells. */
export function bar(percentage: number, width: number): { readonly filled: string; readonly rest: string } {
  const share = Number.isFinite(percentage) ? Math.min(1, Math.max(0, percentage / 100)) : 0;
  const eighths = Math.round(share * width * 8);
  const filled = "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
  const cells = Math.ceil(eighths / 8);
  return { filled, rest: "░".repeat(width - cells) };
}
