// JSON as programs wrote it that did not finish, or did not quote: read as far as it goes.

/** How deep values may be nested; more is damage. */
const MAX_DEPTH = 64;
/** Of a string or a word, in bytes; more is damage. */
const MAX_TOKEN = 1 << 20;

const code = (character: string) => character.charCodeAt(0);
const QUOTE = code('"');
const BACKSLASH = code("\\");
const COMMA = code(",");
const COLON = code(":");
const OPEN = { [code("{")]: "object", [code("[")]: "array" } as const;
const CLOSE = new Set([code("}"), code("]")]);
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export interface LooseDocument {
  value: unknown;
  /** Where reading stopped before the end of the value; undefined if all of it was read. */
  stopped?: {
    /** `end`: of the file. */
    why: "end" | "damage";
    /** In bytes. */
    offset: number;
    /** How many objects and arrays were open. */
    depth: number;
  };
}

export interface LooseInput {
  /** The next bytes; undefined at the end. */
  read(): Buffer | undefined;
  /** What an object or an array within so many others is kept as: a large document is never there as a whole. */
  shape(value: object, depth: number): unknown;
}

/**
 * The first value of a file. Words need no quotes, commas may be missing, and what is open at the end counts as closed;
 * a last word that may be cut is left out.
 */
export function readLooseJson(input: LooseInput): LooseDocument {
  return new Reader(input).document();
}

class Reader {
  private bytes: Buffer = Buffer.alloc(0);
  private at = 0;
  /** Where the string or word begins that is being read. */
  private token = 0;
  /** Bytes of the file that are no longer kept. */
  private before = 0;
  private depth = 0;
  private stopped: LooseDocument["stopped"];
  /** Equal strings are kept once: addresses are in a log many times. */
  private readonly strings = new Map<string, string>();

  constructor(private readonly input: LooseInput) {}

  document(): LooseDocument {
    this.peek();
    if (this.bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)) this.at = 3;
    const value = this.value();
    return this.stopped ? { value, stopped: this.stopped } : { value };
  }

  private stop(why: "end" | "damage"): undefined {
    this.stopped ??= { why, offset: this.before + this.at, depth: this.depth };
    return undefined;
  }

  /** Goes on with the next bytes of the file; what was read of a token stays. */
  private more(): boolean {
    const next = this.input.read();
    if (next === undefined) return false;
    this.bytes =
      this.token < this.bytes.length ? Buffer.concat([this.bytes.subarray(this.token), next]) : next;
    this.before += this.token;
    this.at -= this.token;
    this.token = 0;
    return true;
  }

  /** The next byte that is not a space; undefined at the end. */
  private peek(): number | undefined {
    for (;;) {
      for (; this.at < this.bytes.length; this.at++) {
        const byte = this.bytes[this.at] as number;
        if (!SPACE.has(byte)) return byte;
      }
      this.token = this.at;
      if (!this.more()) return undefined;
    }
  }

  /** The next byte of a token; undefined if there is none, or if the token is too long. */
  private next(): number | undefined {
    while (this.at >= this.bytes.length) {
      if (this.at - this.token > MAX_TOKEN) return this.stop("damage");
      if (!this.more()) return this.stop("end");
    }
    return this.bytes[this.at];
  }

  private value(): unknown {
    const byte = this.peek();
    if (byte === undefined) return this.stop("end");
    const kind = OPEN[byte];
    if (kind === undefined) return byte === QUOTE ? this.string() : plain(this.word(false));
    if (this.depth === MAX_DEPTH) return this.stop("damage");
    const around = this.depth++;
    this.at++;
    const value = kind === "object" ? this.object() : this.array();
    if (!this.stopped) this.depth = around;
    return this.input.shape(value, around);
  }

  /** False after the end of an object or an array, which it reads. */
  private hasNext(): boolean {
    for (let byte = this.peek(); !this.stopped; byte = this.peek()) {
      if (byte === undefined) return this.stop("end") ?? false;
      if (byte !== COMMA && !CLOSE.has(byte)) return true;
      this.at++;
      if (byte !== COMMA) return false;
    }
    return false;
  }

  private array(): unknown[] {
    const values: unknown[] = [];
    while (this.hasNext()) {
      const value = this.value();
      if (value === undefined) break;
      values.push(value);
    }
    return values;
  }

  private object(): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    while (this.hasNext()) {
      const key = this.peek() === QUOTE ? this.string() : this.word(true);
      if (key === undefined || this.peek() === undefined) {
        this.stop("end");
        break;
      }
      if (this.peek() !== COLON) {
        this.stop("damage");
        break;
      }
      this.at++;
      const value = this.value();
      if (value === undefined) break;
      if (key !== "__proto__") values[key] = value;
    }
    return values;
  }

  private string(): string | undefined {
    this.token = this.at++;
    let isEscaped = false;
    for (let byte = this.next(); byte !== QUOTE; byte = this.next()) {
      if (byte === undefined) return undefined;
      isEscaped ||= byte === BACKSLASH;
      this.at += byte === BACKSLASH ? 2 : 1;
    }
    const text = this.bytes.toString("utf8", this.token + 1, this.at++);
    return this.once(isEscaped ? unescaped(text) : text);
  }

  /** To the next mark or line; a key, which an address without quotes may be, ends at its colon. */
  private word(isKey: boolean): string | undefined {
    this.token = this.at;
    for (let byte = this.next(); ; byte = this.next()) {
      if (byte === undefined) return undefined;
      if (byte === COMMA || byte === NEWLINE || CLOSE.has(byte) || (isKey && byte === COLON)) break;
      this.at++;
    }
    return this.once(this.bytes.toString("utf8", this.token, this.at).trim());
  }

  private once(text: string): string {
    const known = this.strings.get(text);
    if (known !== undefined) return known;
    this.strings.set(text, text);
    return text;
  }
}

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text.replace(/[^ -\u{10ffff}]/gu, " ")}"`);
  } catch {
    return text;
  }
}

/** What a word without quotes means, also as Python writes it. A number that a double cannot hold stays a text. */
function plain(word: string | undefined): unknown {
  if (word === "true" || word === "True") return true;
  if (word === "false" || word === "False") return false;
  if (word === "null" || word === "None") return null;
  if (word !== undefined && /^-?\d+$/.test(word) && Number.isSafeInteger(Number(word))) return Number(word);
  return word;
}
