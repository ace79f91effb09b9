import { execFileSync } from "node:child_process";
import stringWidth from "fast-string-width";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { asciiOnly, toAscii } from "../../src/view/charset.js";
import {
  displayWidth,
  fitContent,
  fitPath,
  fitPlace,
  fitSeries,
  pathSteps,
  shorten,
  wrap,
  wrapPath,
} from "../../src/view/fit.js";
import { nextStep } from "../../src/view/next.js";
import { terminal } from "../../src/view/terminal.js";
import { escapeControls, pathText, shellWord } from "../../src/view/text.js";

const plain = { ...terminal(process.stdout, { NO_COLOR: "1" }), cuts: "everything" as const };

test("shorten counts columns of the terminal", () => {
  expect(shorten("abcdef", 6)).toBe("abcdef");
  expect(shorten("abcdef", 5)).toBe("abcd…");
  expect(shorten("🐍🐍🐍🐍", 5)).toBe("🐍🐍…");
  expect(shorten("日本語", 6)).toBe("日本語");
});

test.each([
  ["sys.modules['a.b'].c['x.y[0]'].d", ["sys.modules['a.b']", ".c", "['x.y[0]']", ".d"]],
  ["<frame f.<locals>.g>.f_locals['x']", ["<frame f.<locals>.g>", ".f_locals", "['x']"]],
  ["<frame <lambda>><cell x>", ["<frame <lambda>>", "<cell x>"]],
  ["x['it\\'s'](.next × 9)<key 'a>b'>[*]", ["x", "['it\\'s']", "(.next × 9)", "<key 'a>b'>", "[*]"]],
  ["a['unended", ["a", "['unended"]],
  ["shop.models.Session", ["shop", ".models", ".Session"]],
])("the steps of %s", (path, steps) => {
  expect(pathSteps(path)).toEqual(steps);
  expect(pathSteps(path).join("")).toBe(path);
});

describe("fitPath", () => {
  const path = "sys.modules['shop.service'].ROUTES[*].next.next(.next)*.other.body";

  test.each([
    [66, path],
    [60, "sys.modules['shop.service'].ROUTES[*]…(.next)*.other.body"],
    [40, "sys.modules['shop.service'].ROUTES….body"],
    [35, "sys.modules['shop.service']….body"],
    [30, "sys.modules['shop…vice']….body"],
  ])("%i columns", (width, expected) => {
    expect(fitPath(path, width)).toBe(expected);
  });

  test("a dotted name keeps its package and its last part", () => {
    expect(fitPath("django.core.handlers.wsgi.WSGIRequest", 24)).toBe("django.core….WSGIRequest");
  });

  test.each([
    path,
    "a.b",
    "x".repeat(90),
    "größe['日本語🐍'].".repeat(9),
    "sys.modules['x']",
    "",
    "(garbage)",
  ])("%s is never wider than it may be", (text) => {
    for (let width = 1; width < 90; width++) {
      for (const cut of [fitPath, fitPlace, fitContent, fitSeries, shorten]) {
        expect(stringWidth(cut(text, width))).toBeLessThanOrEqual(width);
      }
    }
  });

  test("both ends stay as long as there is room for them", () => {
    for (let width = 34; width < 66; width++) {
      expect(fitPath(path, width)).toMatch(/^sys\.modules\['shop\.service'\].*…|^sys.*\.body$/);
      expect(fitPath(path, width)).toMatch(/\.body$/);
    }
  });
});

test.each([
  [70, "/opt/venv/lib/python3.11/site-packages/django/db/models/x.py:12"],
  [40, "django/db/models/x.py:12"],
  [20, "…/db/models/x.py:12"],
  [16, "…/models/x.py:12"],
  [9, "…/x.py:12"],
])("fitPlace in %i columns", (width, expected) => {
  expect(fitPlace("/opt/venv/lib/python3.11/site-packages/django/db/models/x.py:12", width)).toBe(expected);
});

test.each([
  ["/usr/lib/python3.11/asyncio/base_events.py:607", "asyncio/base_events.py:607"],
  ["/usr/lib/python3/dist-packages/yaml/loader.py:1", "yaml/loader.py:1"],
  ["/home/me/.pyenv/versions/3.14.0/lib/python3.14/json/decoder.py:3", "json/decoder.py:3"],
])("fitPlace leaves the folder of packages out of %s", (place, expected) => {
  expect(fitPlace(place, 30)).toBe(expected);
});

test("a content keeps its quotes, its escapes, and the file and line of code", () => {
  expect(fitContent("'abcdefghij'", 10)).toBe("'abcdefg'…");
  expect(fitContent("'abc\\x1b\\x1b'", 11)).toBe("'abc\\x1b'…");
  expect(fitContent("b'abcdefghij'…", 10)).toBe("b'abcdef'…");
  expect(fitContent("serve /usr/lib/python3.11/site-packages/shop/service.py:20", 30)).toBe(
    "serve shop/service.py:20",
  );
  expect(fitContent("[1, 2, 3, 4]", 8)).toBe("[1, 2, …");
});

test("a series keeps its first and its last value", () => {
  expect(fitSeries("1 KiB → 2 KiB → 3 KiB → 4 KiB → 9 KiB", 24)).toBe("1 KiB → 2 KiB… → 9 KiB");
});

test("lines are broken before steps, and at spaces", () => {
  expect(wrapPath("sys.modules['a'].bcd['e f'].g", 16)).toEqual(["sys.modules['a']", ".bcd['e f'].g"]);
  expect(wrapPath("abcdefgh", 3)).toEqual(["abc", "def", "gh"]);
  expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrap("held by app.cache.sessions.", 12)).toEqual(["held by", "app.cache", ".sessions."]);
  expect(wrap("held by app.cache.sessions.", 12, false)).toEqual(["held by", "app.cache.sessions."]);
});

describe("a next step", () => {
  const words = ["path", "a file's name with spaces that is long.bin", "0x7f00"];

  test("is one line in a pipe", () => {
    expect(nextStep({ ...plain, cuts: "contents" }, ...words)).toBe(
      "Next: heapdump path 'a file'\\''s name with spaces that is long.bin' 0x7f00",
    );
  });

  test("is broken so that the shell puts it together", () => {
    const text = nextStep({ ...plain, width: 40 }, ...words);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(40);
    const script = text.replace("Next: heapdump", "printf '%s\\n'");
    expect(execFileSync("bash", ["-c", script], { encoding: "utf8" }).trimEnd().split("\n")).toEqual(words);
  });
});

describe("with a locale of ASCII", () => {
  let before: string | undefined;
  beforeEach(() => {
    before = process.env.LC_ALL;
    process.env.LC_ALL = "C";
  });
  afterEach(() => {
    if (before === undefined) delete process.env.LC_ALL;
    else process.env.LC_ALL = before;
  });

  test.each([
    [{ LC_ALL: "C" }, true],
    [{ LC_ALL: "POSIX" }, true],
    [{ LANG: "C" }, true],
    [{ LANG: "de_DE.ISO-8859-1" }, true],
    [{ LC_ALL: "C.UTF-8", LANG: "C" }, false],
    [{ LC_CTYPE: "en_US.utf8", LANG: "C" }, false],
    [{ LANG: "en_US.UTF-8" }, false],
    [{ LC_ALL: "", LANG: "" }, false],
    [{}, false],
  ])("%j: only ASCII: %s", (env, only) => expect(asciiOnly(env)).toBe(only));

  test("characters of the process are escaped as Python's ascii() does", () => {
    expect(escapeControls("é … 日本 🐍 ×")).toBe("\\xe9 \\u2026 \\u65e5\\u672c \\U0001f40d \\xd7");
  });

  test("marks of our own have another form, and are counted in it", () => {
    expect(toAscii("└─ a → b × 2 −3…")).toBe("`- a -> b x 2 -3...");
    expect(displayWidth("…")).toBe(3);
    expect(toAscii(shorten("abcdef", 5))).toBe("ab...");
    expect(toAscii(fitPath("aaaa.bbbb.cccc.dddd", 14))).toBe("aaaa....dddd");
  });

  test("in a path only what is not quoted is a mark of our own", () => {
    expect(pathText("x['a…é'…](.next × 9)")).toBe("x['a\\u2026\\xe9'…](.next × 9)");
  });

  test("a name of a file is one that the shell finds", () => {
    expect(shellWord("größe.bin")).toBe("$'gr\\xc3\\xb6\\xc3\\x9fe.bin'");
  });
});
