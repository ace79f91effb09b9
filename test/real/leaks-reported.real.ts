// Leaks of packages at the releases of public reports: the first suspect names what the fix touched.
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { test } from "../support/fixtures.js";
import { suspectsOf } from "../support/leaks.js";
import { realInterpreters, release } from "./environment.js";

interface Report {
  program: string;
  /** What the fix of the report changed, known before the tool was asked. */
  fix: string;
  /** Interpreters that have the releases: those of that age do not run on newer ones. */
  versions: RegExp;
  /** `NAME==VERSION` each. */
  releases: string;
  owner: string;
  /** Part of the path. */
  path: string;
  /** `NAME FILE:LINE`, without the folder of packages and the line. */
  code?: string | RegExp;
  /** One of the functions that are said to store them. */
  usedBy?: string;
  /** Part of the block. */
  says?: string;
  /** The end of the path to the last object that was there before: what is behind it came. */
  gathers?: string;
}

const module = (name: string) => `sys.modules['${name}']`;
const OLD = /^3\.[89]\./;
const RECENT = /^3\.11\./;

const SOURCE_ONLY = ["django-dirtyfields"];

const REPORTS: Report[] = [
  {
    program: "marshmallow_registry.py",
    fix: "marshmallow/class_registry.py: register, _registry",
    versions: OLD,
    releases: "marshmallow==2.16.1",
    owner: `${module("marshmallow.class_registry")}._registry`,
    path: "._registry['__main__.FooSchema'][*]",
  },
  {
    program: "schema_cache.py",
    fix: "marshmallow_dataclass/__init__.py: _internal_class_schema",
    versions: OLD,
    releases:
      "marshmallow-dataclass==8.5.7 marshmallow==3.19.0 typing-inspect==0.9.0 mypy-extensions==1.0.0 typing-extensions==4.12.2 packaging==24.1",
    owner: `${module("marshmallow_dataclass")}._internal_class_schema`,
    path: "_internal_class_schema<lru_cache",
    code: "_internal_class_schema marshmallow_dataclass/__init__.py",
  },
  {
    program: "thread_storage.py",
    fix: "asgiref/local.py: Local._context_refs",
    versions: OLD,
    releases: "asgiref==3.2.7",
    owner: `${module("__main__")}.CURRENT`,
    path: ".CURRENT._context_refs",
    usedBy: "Local._get_storage asgiref/local.py",
  },
  {
    program: "method_cache.py",
    fix: "async_lru.py: alru_cache, whose keys have self",
    versions: OLD,
    releases: "async-lru==1.0.3",
    owner: `${module("__main__")}.Service.answer`,
    path: ".Service.answer._cache<key *>",
    code: "Service.answer async_lru.py",
  },
  {
    program: "dead_greenlets.py",
    fix: "werkzeug/local.py: Local.__release_local__, which leaves an entry in ContextVar.storage",
    versions: /^3\.8\./,
    releases:
      "Werkzeug==2.0.1 Flask==2.0.1 Jinja2==3.0.1 MarkupSafe==2.0.1 itsdangerous==2.0.1 click==8.0.1 eventlet==0.31.1 greenlet==0.4.16 dnspython==1.16.0 six==1.16.0",
    owner: `${module("flask.globals")}._request_ctx_stack`,
    path: "._request_ctx_stack._local._storage.storage<key *>",
  },
  {
    program: "raised_again.py",
    fix: "serial/serialutil.py: portNotOpenError",
    versions: RECENT,
    releases: "pyserial==3.4",
    owner: `${module("serial.serialutil")}.portNotOpenError`,
    path: ".portNotOpenError.__traceback__",
  },
  {
    program: "made_classes.py",
    fix: "sympy/core/core.py: BasicMeta.__init__, all_classes",
    versions: RECENT,
    releases: "sympy==1.11.1 mpmath==1.2.1",
    owner: `${module("sympy.core.core")}.all_classes`,
    path: ".all_classes<element *>",
  },
  {
    program: "source_lines.py",
    fix: "attr/_make.py: _make_method, which fills linecache.cache",
    versions: OLD,
    releases: "attrs==21.2.0",
    owner: `${module("linecache")}.cache`,
    path: ".cache[*]",
  },
  {
    program: "loggers.py",
    fix: "annotated_logger/__init__.py: annotate_logs, which fills logging.root.manager.loggerDict",
    versions: RECENT,
    releases:
      "annotated-logger==1.2.4 makefun==1.15.6 pychoir==0.0.27 python-json-logger==3.2.1 requests==2.32.3 urllib3==2.2.3 certifi==2024.8.30 idna==3.10 charset-normalizer==3.4.0",
    owner: `${module("logging")}.Logger.manager`,
    path: ".manager.loggerDict[*].filters[*]",
  },
  {
    program: "finalizers.py",
    fix: "redisvl/index/index.py: SearchIndex.__init__, weakref.finalize(self, self.disconnect)",
    versions: RECENT,
    releases:
      "redisvl==0.24.0 redis==6.4.0 async-timeout==4.0.3 numpy==1.26.4 ml-dtypes==0.5.1 pydantic==2.11.7 pydantic-core==2.33.2 typing-extensions==4.14.0 annotated-types==0.7.0 typing-inspection==0.4.1 python-ulid==3.0.0 pyyaml==6.0.2 tenacity==9.1.2 jsonpath-ng==1.7.0 ply==3.11",
    owner: `${module("weakref")}.finalize._registry`,
    path: "._registry[*].func.__self__",
    code: "SearchIndex.disconnect redisvl/index/index.py",
  },
  {
    program: "last_errors.py",
    fix: "sentry_sdk/integrations/dedupe.py: DedupeIntegration._last_seen, ContextVar('last-seen')",
    versions: RECENT,
    releases: "sentry-sdk==2.5.1 urllib3==2.2.3 certifi==2024.8.30",
    owner: "<ContextVar 'last-seen'>",
    path: "<variables>[<ContextVar 'last-seen'>]",
    code: "connection last_errors.py",
    usedBy: "DedupeIntegration.setup_once sentry_sdk/integrations/dedupe.py",
    gathers: ".f_locals['connections'][*]<field _context>",
  },
  {
    program: "engines.py",
    fix: "opentelemetry/instrumentation/sqlalchemy/engine.py: EngineTracer._remove_event_listener_params",
    versions: /^3\.9\./,
    releases:
      "opentelemetry-instrumentation-sqlalchemy==0.37b0 opentelemetry-api==1.16.0 opentelemetry-instrumentation==0.37b0 opentelemetry-semantic-conventions==0.37b0 SQLAlchemy==1.3.24 wrapt==1.15.0 packaging==23.0 Deprecated==1.2.13 setuptools==67.6.0 importlib-metadata==6.0.1 zipp==3.15.0 typing-extensions==4.12.2",
    owner: `${module("opentelemetry.instrumentation.sqlalchemy.engine")}.EngineTracer._remove_event_listener_params`,
    path: "._remove_event_listener_params[*][*]",
  },
  {
    program: "views.py",
    // No object of dask is left; the program has the views.
    fix: "dask/array/chunk.py: getitem copies a small slice",
    versions: /^3\.9\./,
    releases:
      "dask==2021.7.2 numpy==1.21.1 packaging==21.0 pyparsing==2.4.7 pyyaml==5.4.1 cloudpickle==1.6.0 fsspec==2021.7.0 toolz==0.11.1 partd==1.2.0 locket==0.2.1",
    owner: `${module("__main__")}.report`,
    path: ".report.first_rows[*]",
  },
  {
    program: "waiting_tasks.py",
    fix: "frequenz/channels/timer.py: Timer.ready, which awaits self._reset_event.wait()",
    versions: RECENT,
    releases:
      "frequenz-channels==1.2.0 typing-extensions==4.12.2 watchfiles==0.24.0 anyio==4.6.2.post1 idna==3.10 sniffio==1.3.1",
    owner: "<frame watch>.f_locals['timer']",
    path: ".f_locals['timer']._reset_event._waiters[*]",
    code: "Event.wait asyncio/locks.py",
  },
  {
    program: "prefork_sockets.py",
    fix: "engineio/server.py: Server._service_task, sockets",
    versions: RECENT,
    releases:
      "python-engineio==4.6.1 simple-websocket==0.10.1 wsproto==1.2.0 h11==0.14.0 gunicorn==21.2.0 packaging==23.0",
    owner: `${module("__main__")}.server`,
    path: ".server.sockets[*]",
  },
  {
    program: "adapter_cache.py",
    fix: "openai/lib/_parsing/_responses.py: parse_response, whose types are keys of openai/_models.py: _CachedTypeAdapter",
    versions: RECENT,
    releases:
      "openai==1.109.1 httpx==0.28.1 httpcore==1.0.9 h11==0.16.0 anyio==4.9.0 idna==3.10 sniffio==1.3.1 certifi==2024.8.30 distro==1.9.0 jiter==0.10.0 tqdm==4.67.1 pydantic==2.11.7 pydantic-core==2.33.2 typing-extensions==4.14.0 annotated-types==0.7.0 typing-inspection==0.4.1",
    owner: `${module("openai._models")}._CachedTypeAdapter`,
    path: "._CachedTypeAdapter<lru_cache maxsize=None>[*]",
    code: "pydantic.type_adapter.TypeAdapter",
  },
  {
    program: "wrapped_again.py",
    fix: "agno/tools/function.py: Function._wrap_callable, which Function.process_entrypoint sets as entrypoint",
    versions: RECENT,
    releases:
      "agno==1.7.1 docstring-parser==0.16 rich==14.0.0 pygments==2.19.1 markdown-it-py==3.0.0 mdurl==0.1.2 pydantic==2.11.7 pydantic-core==2.33.2 typing-extensions==4.14.0 annotated-types==0.7.0 typing-inspection==0.4.1",
    owner: `${module("__main__")}.toolkit`,
    path: ".toolkit.functions[*].entrypoint",
    code: /^(weather|opening_hours) pydantic\/_internal\/_validate_call\.py$/,
    usedBy: "Function.process_entrypoint agno/tools/function.py",
    gathers: ".toolkit.functions[*]",
  },
  {
    program: "rebuilt_tables.py",
    fix: "sqlalchemy/orm/relationships.py: JoinCondition._track_overlapping_sync_targets",
    versions: RECENT,
    releases: "SQLAlchemy==2.0.43 typing-extensions==4.12.2",
    owner: `${module("sqlalchemy.orm.relationships")}.JoinCondition._track_overlapping_sync_targets`,
    path: "._track_overlapping_sync_targets.data[*]",
  },
  {
    program: "signal_receivers.py",
    fix: "dirtyfields/dirtyfields.py: DirtyFieldsMixin.__init__, post_save.connect(reset_state)",
    versions: /^3\.9\./,
    releases: "django-dirtyfields==1.2.1 Django==2.2.28 pytz==2022.1 sqlparse==0.4.2",
    owner: `${module("weakref")}.finalize._registry`,
    path: ".finalize._registry[*]",
    code: "Signal._remove_receiver django/dispatch/dispatcher.py",
    // The one function that all of these finalizers are of.
    says: "reset_state",
  },
  {
    program: "exit_handlers.py",
    fix: "uplink/clients/requests_.py: RequestsClient.__init__, atexit.register(session.close)",
    versions: /^3\.9\./,
    releases:
      "uplink==0.7.0 requests==2.31.0 urllib3==1.26.18 certifi==2024.8.30 idna==3.7 charset-normalizer==3.3.2 six==1.16.0 uritemplate==4.1.1",
    owner: module("atexit"),
    path: module("atexit"),
    code: "Session.close requests/sessions.py",
  },
  {
    program: "awaited_by.py",
    fix: "asyncio/tasks.py: _wait, which leaves the task in Future._asyncio_awaited_by",
    versions: /^3\.14\.[0-6]$/,
    releases: "",
    owner: "<frame main>.f_locals['server']",
    path: ".f_locals['server'].closing<field fut_awaited_by><element *>",
    code: "Server.request awaited_by.py",
  },
  {
    program: "rust_classes.py",
    fix: "pydantic-core, src/validators/function.rs: PyGcTraverse, so that SchemaValidator is in cycles that can be seen",
    versions: RECENT,
    releases: "pydantic==2.0 pydantic-core==2.0.1 typing-extensions==4.7.1 annotated-types==0.5.0",
    owner: "<held by C>",
    path: "<held by C>",
    code: "endpoint.<locals>.Query.within rust_classes.py",
    says: "SchemaValidator",
  },
];

const TARGETS = fileURLToPath(new URL("../targets", import.meta.url));

const cases = realInterpreters.flatMap((found) =>
  REPORTS.filter(({ versions }) => versions.test(found.version)).map(
    (report) => [found.version, report.program, found, report] as const,
  ),
);

/** Names stay, without the folders before them. */
const shortened = (code: string | null | undefined) =>
  code?.replace(/ \/.*?(?:-[\d.]+(?:\.post\d+)?|\/reports|\/python3\.\d+)\//, " ").replace(/:\d+$/, "");

test.for(cases)("CPython %s: %s", async ([, program, interpreter, report], { workspace }) => {
  const folders = report.releases
    .split(" ")
    .filter(Boolean)
    .map((each) => {
      const [name = "", version = ""] = each.split("==");
      return release(interpreter, name, version, SOURCE_ONLY.includes(name));
    });
  expect(folders, "releases that pip finds").not.toContain(undefined);
  const script = fileURLToPath(new URL(`programs/reports/${program}`, import.meta.url));
  const target = await workspace.startTarget(interpreter.path, script, {
    args: [TARGETS, ...(folders as string[])],
  });
  // A server says which of its processes has the leak.
  const pid = typeof target.first === "number" ? target.first : target.pid;
  const files = ["1.bin", "2.bin", "3.bin"];
  for (const file of files) {
    await target.ask("go");
    expect(await workspace.attach([pid, "-o", file])).toMatchObject({ status: 0 });
  }
  const [first] = suspectsOf(workspace, files).suspects;
  expect(first?.owner, report.fix).toBe(report.owner);
  expect(first?.path, report.fix).toContain(report.path);
  const code = shortened(first?.code);
  if (report.code instanceof RegExp) expect(code, report.fix).toMatch(report.code);
  else expect(code, report.fix).toBe(report.code);
  if (report.gathers) expect(first?.gathers?.endsWith(report.gathers), first?.gathers ?? "").toBe(true);
  if (report.usedBy) expect(first?.used_by.map(shortened), report.fix).toContain(report.usedBy);
  const block = workspace.run(["leaks", "-n", "1", ...files]).stdout;
  if (report.says) expect(block, report.fix).toContain(report.says);
});
