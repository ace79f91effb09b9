import { type FontName, fontBytes, withGlyphs } from "./picture-fonts.js";
import { escapeControls } from "./text.js";

type Point = [x: number, y: number];

/** What Graphviz's format `json` says of drawing: https://graphviz.org/docs/outputs/canon/#xdot. */
type Operation =
  | { op: "c" | "C"; color: string }
  | { op: "S"; style: string }
  | { op: "F"; size: number; face: string }
  | { op: "T"; pt: Point; align: "l" | "c" | "r"; text: string }
  | { op: "P" | "p" | "L" | "B" | "b"; points: Point[] }
  | { op: "E" | "e"; rect: [x: number, y: number, width: number, height: number] };
type Drawn = Partial<Record<"_draw_" | "_ldraw_" | "_hdraw_" | "_tdraw_", Operation[]>>;
interface Drawing extends Drawn {
  /** From the lower left to the upper right corner, in points. */
  bb: string;
  objects?: Drawn[];
  edges?: Drawn[];
}

const MARGIN = 4;
/** Readers show no larger pages, in points. */
const MOST = 14_400;

/** One page as large as the picture, with text that can be searched. */
export async function pdfBytes(dot: string, title: string): Promise<Uint8Array> {
  const [{ instance }, { default: PDFDocument }] = await Promise.all([
    import("@viz-js/viz"),
    import("pdfkit"),
  ]);
  const viz = await instance();
  const drawing = viz.renderJSON(withGlyphs(dot)) as Drawing;
  // Some versions of it write a backslash of a text twice.
  const probe = viz.renderJSON('digraph { a [label="\\\\"] }') as Drawing;
  const isDoubled =
    probe.objects?.[0]?._ldraw_?.some((one) => one.op === "T" && one.text === "\\\\") ?? false;
  const [left = 0, bottom = 0, right = 0, top = 0] = drawing.bb.split(",").map(Number);
  const [width, height] = [right - left + 2 * MARGIN, top - bottom + 2 * MARGIN];
  const scale = Math.min(1, MOST / Math.max(width, height));
  const page = new PDFDocument({
    size: [width * scale, height * scale],
    margin: 0,
    // Else it looks for the files of a font of its own.
    font: fontBytes("Helvetica") as unknown as string,
    info: { Title: escapeControls(title), Creator: "heapdump" },
  });
  const chunks: Buffer[] = [];
  page.on("data", (chunk: Buffer) => chunks.push(chunk));
  const end = new Promise((resolve) => page.on("end", resolve));
  for (const name of ["Helvetica", "Courier"] satisfies FontName[]) page.registerFont(name, fontBytes(name));
  page.scale(scale);
  const painter = new Painter(page, isDoubled, ([x, y]) => [x - left + MARGIN, top - y + MARGIN]);
  for (const drawn of [drawing, ...(drawing.edges ?? []), ...(drawing.objects ?? [])]) painter.paint(drawn);
  page.end();
  await end;
  return Buffer.concat(chunks);
}

class Painter {
  private stroke = "#000000";
  private fill = "#000000";

  constructor(
    private readonly page: PDFKit.PDFDocument,
    private readonly isDoubled: boolean,
    private readonly at: (point: Point) => Point,
  ) {}

  paint(drawn: Drawn): void {
    for (const operations of [drawn._draw_, drawn._hdraw_, drawn._tdraw_, drawn._ldraw_]) {
      this.page.save().lineWidth(1);
      for (const operation of operations ?? []) this.run(operation);
      this.page.restore();
    }
  }

  private run(operation: Operation): void {
    switch (operation.op) {
      case "c":
        this.stroke = operation.color;
        break;
      case "C":
        this.fill = operation.color;
        break;
      case "S":
        this.style(operation.style);
        break;
      case "F":
        this.page.font(operation.face === "Courier" ? "Courier" : "Helvetica").fontSize(operation.size);
        break;
      case "T":
        this.text(
          this.isDoubled ? operation.text.replaceAll("\\\\", "\\") : operation.text,
          operation.align,
          this.at(operation.pt),
        );
        break;
      case "E":
      case "e":
        break; // no shape of ours
      default:
        this.line(operation.op, operation.points.map(this.at));
    }
  }

  private style(style: string): void {
    const [, width] = /^setlinewidth\(([\d.]+)\)$/.exec(style) ?? [];
    if (width) this.page.lineWidth(Number(width));
    else if (style === "dashed") this.page.dash(5, { space: 2 });
    else if (style === "dotted") this.page.dash(1, { space: 5 });
    else if (style === "solid") this.page.undash();
  }

  private line(op: "P" | "p" | "L" | "B" | "b", points: Point[]): void {
    const [first, ...rest] = points;
    if (!first) return;
    this.page.moveTo(...first);
    if (op === "B" || op === "b") {
      for (let i = 0; i + 2 < rest.length; i += 3) {
        const [one, two, end] = rest.slice(i, i + 3) as [Point, Point, Point];
        this.page.bezierCurveTo(...one, ...two, ...end);
      }
    } else for (const point of rest) this.page.lineTo(...point);
    if (op === "P" || op === "p") this.page.closePath();
    const isFilled = op === "P" || op === "B";
    const isDrawn = !isTransparent(this.stroke);
    if (isFilled && isDrawn) this.page.fillAndStroke(this.fill, this.stroke);
    else if (isFilled) this.page.fill(this.fill);
    else if (isDrawn) this.page.stroke(this.stroke);
  }

  private text(text: string, align: "l" | "c" | "r", [x, y]: Point): void {
    const before = { l: 0, c: 0.5, r: 1 }[align] * this.page.widthOfString(text);
    this.page.fillColor(this.stroke).text(text, x - before, y, { lineBreak: false, baseline: "alphabetic" });
  }
}

/** As `#rrggbbaa`. */
function isTransparent(color: string): boolean {
  return color.length === 9 && color.endsWith("00");
}
