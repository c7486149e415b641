/**
 * The program the interpreter runs: it reads a request from standard input, calls the function, and answers on what was
 * standard output. What the function prints goes to standard error.
 *
 * The request is JSON: `sources` (text by path, `steps/rank.py`), `module` (one of the paths), `function`, `input`,
 * `seed`, `limit` (bytes of output), `depth` (levels of nesting). The answer is `V` and the value as JSON, or `F` and
 * a fault as JSON: see `answer.ts`.
 *
 * Sources are imported from memory, so that nothing has to lie on a disk. Those of `steps/` are the package `steps`: a
 * relative import cannot leave it. Anything else is a top-level module that nothing of `steps/` can shadow.
 *
 * Works with Python 3.8 and later.
 */
export const DRIVER = `
import sys
if sys.path[:1] == ['']:
    sys.path.pop(0)  # the working folder
import os, json, random
from importlib.machinery import ModuleSpec

answer_to = os.fdopen(os.dup(1), 'wb')
os.dup2(2, 1)
request = json.loads(sys.stdin.buffer.read())
sys.stdin.close()
sources, target, name = request['sources'], request['module'], request['function']
sys.argv = [target]
sys.dont_write_bytecode = True

def answer(tag, body):
    answer_to.write(tag + body)
    answer_to.flush()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)

class Fault(Exception):
    pass

def fail(code, **more):
    raise Fault(dict(more, code=code))

class Importer:
    """Finds the sources by the names that import statements use."""
    def find_spec(self, full, path=None, module=None):
        at = full.replace('.', '/')
        for file, package in ((at + '/__init__.py', True), (at + '.py', False)):
            if file in sources:
                return self.spec(full, file, package)
        if any(file.startswith(at + '/') for file in sources):
            return self.spec(full, None, True)
        return None
    def spec(self, full, file, package):
        spec = ModuleSpec(full, self, origin=file, is_package=package)
        spec.loader_state = file
        return spec
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        file = module.__spec__.loader_state
        if file is not None:
            module.__file__ = file
            exec(compile(sources[file], file, 'exec', dont_inherit=True), module.__dict__)
    def get_source(self, full):
        spec = self.find_spec(full)
        return None if spec is None or spec.loader_state is None else sources[spec.loader_state]

importer = Importer()
sys.meta_path.append(importer)

def load():
    full = target[:-3].replace('/', '.')
    if target.startswith('steps/'):
        __import__(full)
        return sys.modules[full]
    spec = importer.spec(full, target, False)  # by its path: the library may have a module of that name
    module = type(sys)(full)
    module.__spec__ = spec
    module.__loader__ = importer
    module.__package__ = full.rpartition('.')[0]
    importer.exec_module(module)
    return module

def find():
    module = load()
    if not hasattr(module, name):
        own = [n for n, v in vars(module).items() if callable(v) and not n.startswith('_') and getattr(v, '__module__', None) == module.__name__]
        fail('missing', names=own[:50])
    function = getattr(module, name)
    if not callable(function):
        fail('no_function')
    return function

LARGEST = 2 ** 53 - 1

def show(value):
    try:
        text = repr(value)
    except BaseException:
        text = type(value).__name__
    return text if len(text) <= 300 else text[:300] + '...'

def check(value, path, depth):
    """Refuses what JSON does not hold as it is."""
    if depth < 0:
        fail('deep')
    if value is None or value is True or value is False:
        return
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeError:
            fail('value', what='a text with half of a surrogate pair', path=path)
    elif isinstance(value, int):
        if not -LARGEST <= value <= LARGEST:
            fail('value', what='a whole number beyond 2**53 - 1', path=path)
    elif isinstance(value, float):
        if value != value or value in (float('inf'), float('-inf')):
            fail('value', what=show(value), path=path)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            check(item, path + '[%d]' % index, depth - 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                fail('value', what='a key that is no text: ' + show(key), path=path)
            check(key, path, depth)
            check(item, path + '.' + key, depth - 1)
    else:
        kind = type(value).__name__
        fail('value', what=('an ' if kind[:1] in 'aeiou' else 'a ') + kind, path=path)

def run():
    random.seed(request['seed'])
    function = find()
    value = function(request['input'])
    if value is None:
        fail('nothing')
    check(value, '', request['depth'])
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(',', ':')).encode()
    if len(text) > request['limit']:
        fail('large', bytes=len(text))
    return text

def place_of(error):
    """The innermost line of a source of the skill."""
    if isinstance(error, SyntaxError) and error.filename in sources:
        return '%s:%s' % (error.filename, error.lineno)
    found, trace = target, error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file in sources:
            found = '%s:%d' % (file, trace.tb_lineno)
        trace = trace.tb_next
    return found

def describe(error):
    if isinstance(error, MemoryError):
        return {'code': 'memory', 'place': place_of(error)}
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException:
        message = ''
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    return {'code': 'raised', 'name': type(error).__name__, 'message': str(message)[:2000], 'place': place_of(error), 'missing': missing}

try:
    text = run()
except Fault as fault:
    answer(b'F', json.dumps(fault.args[0]).encode())
except BaseException as error:
    answer(b'F', json.dumps(describe(error)).encode())
answer(b'V', text)
`;
