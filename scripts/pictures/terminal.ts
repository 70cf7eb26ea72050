/** Lines of a terminal as an SVG picture; a line that begins with `$ ` is what was typed. */
export function terminalPicture(lines: readonly string[]): string {
  const height = 18;
  const width = Math.max(...lines.map((line) => line.length)) * 8.5 + 40;
  const total = lines.length * height + 40;
  const rows = lines.map((line, index) => {
    const kind = line.startsWith('$ ') ? 'typed' : 'said';
    return `<text class="${kind}" x="20" y="${34 + index * height}">${escapeXml(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${total}" role="img">`,
    '<title>A terminal session</title>',
    '<style>text{font:14px ui-monospace,Menlo,Consolas,monospace;white-space:pre}.typed{fill:#7fd1b9}.said{fill:#d7dce2}</style>',
    '<rect width="100%" height="100%" rx="8" fill="#1d2129"/>',
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
