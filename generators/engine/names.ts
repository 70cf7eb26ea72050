import { Refusal } from './errors.ts';

/** The word in templates that stands for the package of the repository. */
export const PACKAGE_WORD = 'nimble_package';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LONGEST = 30;

/** The Python package of a repository name: `churn-model` → `churn_model`. */
export function packageOf(name: string): string {
  return name.replaceAll('-', '_');
}

/** The package of a repository: what the team renamed it to, else the one of its name. */
export function packageIn(answers: Readonly<Record<string, unknown>>): string {
  const renamed = answers[PACKAGE_KEY];
  return typeof renamed === 'string' ? renamed : packageOf(String(answers.name));
}

/** Where a package is saved that a team renamed. */
export const PACKAGE_KEY = 'package';

/** Whether Python can import a package of this name. */
export function isPackageName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** A name that is one everywhere: folder, package, image, bucket. */
export function checkName(name: string): void {
  const cure = nameFrom(name);
  if (name.length > LONGEST || !NAME.test(name)) {
    throw new Refusal(
      `"${name}" is not a name for a repository: up to ${LONGEST} lower-case letters and digits in words joined by "-", a letter first.${cure ? ` Use "${cure}".` : ''}`,
    );
  }
  if (isTaken(name)) {
    throw new Refusal(
      `"${name}" is not a name for a repository: Python, a well-known package, a folder or an operating system uses it already. Use "${cure}".`,
    );
  }
}

/** The nearest allowed name to a folder's name, or nothing when there is no letter in it. */
export function nameFrom(text: string): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+/, '');
  const name = words.slice(0, LONGEST).replace(/-+$/, '');
  return isTaken(name) ? `${name}-ml` : name;
}

function isTaken(name: string): boolean {
  return RESERVED.has(packageOf(name)) || DEVICE.test(name);
}

/** Names no Windows file may have. */
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

/**
 * Keywords and modules of Python 3.11 to 3.14 that a package of this name would hide, then packages that repositories
 * import or install, then words that YAML reads as something else, then folders of ours.
 */
const RESERVED = new Set(
  `and as assert async await break case class continue def del elif else except finally for from
  global if import in is lambda match nonlocal not or pass raise return try type while with yield
  abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb
  binascii bisect builtins bz2 calendar cgi cgitb chunk cmath cmd code codecs codeop collections
  colorsys compileall compression concurrent configparser contextlib contextvars copy copyreg crypt
  csv ctypes curses dataclasses datetime dbm decimal difflib dis distutils doctest email encodings
  ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc
  genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib
  imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale
  logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing
  netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev pathlib pdb
  pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty
  pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource
  rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtpd smtplib
  sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics
  string stringprep struct subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib
  tempfile termios test tests textwrap this threading time timeit tkinter token tokenize tomllib trace
  traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu uuid venv
  warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport
  zlib zoneinfo

  accelerate airflow alembic anthropic bentoml boto3 catboost cohere datasets dvc evaluate evidently fastapi
  feast flask gradio httpx huggingface_hub hypothesis imblearn ipykernel jax joblib jsonschema jupyter keras langchain
  librosa lightgbm lightning litserve llama_index matplotlib mlflow mlserver mypy nltk numpy onnx
  onnxruntime onnxscript openai optuna pandas pandera peft pil pillow pip plotly poe poethepoet polars prefect
  protobuf psutil pyarrow pydantic pydantic_core pytest pyyaml ray requests ruff safetensors scikit_learn scipy seaborn
  setuptools shap sklearn skl2onnx skops sky soundfile spacy sqlalchemy statsmodels streamlit tensorboard
  tensorflow threadpoolctl tokenizers torch torchaudio torchvision tqdm transformers trl uv uv_build uvicorn vega_datasets vllm
  wandb wheel xgboost yaml

  false no none null off on true yes

  artifacts build data dist docs infra mlartifacts mlruns models nimble_ml notebooks reports scripts
  src tasks`.split(/\s+/),
);
