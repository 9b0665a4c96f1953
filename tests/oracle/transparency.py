#!/usr/bin/env python3
"""
Does a program notice that it is watched?

    transparency.py --renacer R [--tap] [--full] [--engine E]... [TEXT...]

Each command runs untraced and under each engine, in a fresh copy of the same folder: standard
output, exit status and what it left behind must be the same. Commands whose program is not there
are named and skipped; TEXT picks those that contain it.

Commands that trace others run under the eBPF engine only: a process has one ptracer. Where $TRACE
stands in a command, renacer stands there instead of before the whole.
"""

import argparse
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import typing

WORDS = "delta\nalpha\ncharlie\nbravo\nalpha\n\necho 12\nfoxtrot 7\n"

# one command a line, run by bash; output must not hang on the time, on ids or on the machine's state
COREUTILS = r"""
ls -1
ls -ln --time-style=+ words numbers | cut -c1-10
cat words numbers
tac words
nl words
rev words
sort words
sort -u words
sort -rn numbers
sort -R --random-source=numbers words
uniq -c words
wc words numbers
head -n 2 words
tail -n 3 words
tail -c 20 numbers
cut -d' ' -f1 words
cut -c2-4 words
paste words numbers
join <(sort words) <(sort words)
comm <(sort words) <(sort -u words)
tr a-z A-Z < words
tr -d '\n' < words
tr -s l < words
fold -w 3 words
fmt -w 10 words
pr -t -2 words
expand -t 4 tabs
unexpand -a tabs
od -c numbers
od -An -tx1 -N16 words
base64 words
base32 words
basenc --z85 -w0 <(head -c 16 numbers)
md5sum words numbers
sha1sum words
sha224sum words
sha256sum words
sha512sum words
b2sum words
cksum words
sum words
seq 1 5 50
seq -w 8 12
factor 360 97 1234567
expr 6 '*' 7
expr length hello
expr 1 = 2
test -f words && echo yes
test -d words || echo no
[ 3 -lt 4 ] ; echo $?
true; echo $?
false; echo $?
echo -e 'a\tb\n'
printf '%05d %s %x\n' 42 foo 255
yes | head -n 3
basename /usr/lib/x.so .so
dirname /usr/lib/x.so
pathchk words && echo fine
realpath --relative-to=/usr /usr/lib/x
readlink link
readlink -f link | xargs basename
stat -c '%s %a %F' words
stat -f -c '%T' / | wc -l
cp words copy && cmp words copy && echo same
cp -a dir copy && ls -R copy
mv words moved && ls
ln words hard && stat -c %h words
ln -s words soft && readlink soft
rm words; ls
rm -r dir; ls
rmdir dir; echo $?
mkdir -p a/b/c && find a | sort
mkdir words; echo $?
mkfifo fifo && (cat fifo & echo through > fifo; wait)
mknod pipe p && stat -c %F pipe
touch -d @1000 old && stat -c %Y old
truncate -s 100 big && stat -c %s big
dd if=words of=copy bs=3 count=2 2>/dev/null; cat copy
dd if=words bs=1 skip=4 count=6 2>/dev/null
split -l 2 words part. && ls part.*
csplit -s words /charlie/ && cat xx01
shuf -n 1 <(echo only)
tee one two < words | wc -l; cmp one two
install -m 750 words installed && stat -c %a installed
chmod 4711 words && stat -c %a words
chown 1:1 words && stat -c '%u %g' words
chgrp 2 words && stat -c %g words
chroot / /bin/echo in
env -i A=1 B=2 env
env -u HOME printenv HOME; echo $?
printenv PATH | wc -l
nice -n 5 nice
nohup echo x 2>/dev/null
timeout 5 echo quick
timeout 0.2 sleep 5; echo $?
timeout -s KILL 0.2 sleep 5; echo $?
timeout --foreground 0.2 cat /dev/zero > /dev/null; echo $?
sleep 0.05; echo slept
stdbuf -oL cat words
numfmt --to=iec 123456789
numfmt --from=si 1.5K
date -u -d @0 +%FT%T
du -b words | cut -f1
df --output=target / | tail -1
sync words && echo synced
link words hard2 && ls hard2
unlink words; ls
mktemp -u -p . x.XXXX | wc -c
tsort <<< 'a b b c'
ptx -w 20 words | wc -l
dircolors -b | wc -l
id -u
whoami
groups | wc -w
who | wc -l
tty; echo $?
stty -a < /dev/null; echo $?
arch
uname -s
nproc
hostid | wc -c
logname 2>/dev/null; echo $?
pwd | wc -l
cat missing; echo $?
ls missing; echo $?
cat < missing; echo $?
cat dir; echo $?
kill -l | wc -w
"""

TOOLS = r"""
grep -c a words
grep -v a words
grep -E '^(al|br)' words
grep -r alpha .
grep nothing words; echo $?
sed -n 2,3p words
sed -i s/alpha/omega/ words; cat words
awk '{ s += length } END { print s }' words
awk 'BEGIN { "echo x" | getline v; print v; system("exit 3") }'
find . -type f | sort
find . -name words -exec cat {} ';'
find . -type f -print0 | sort -z | xargs -0 wc -c
xargs -n 1 echo < words
xargs -P 4 -I{} sh -c 'echo {}' < numbers | sort
diff words numbers; echo $?
diff -u words <(sort words) | tail -n +3
cmp words numbers; echo $?
patch -s words < change && cat words
tar -cf x.tar dir words && tar -tf x.tar
tar -czf x.tgz dir && tar -xzOf x.tgz dir/file
gzip -9 < words | gunzip
gzip words && zcat words.gz
bzip2 < words | bunzip2
xz < words | xz -d
cpio -o -H newc < list 2>/dev/null | cpio -t 2>/dev/null
bc <<< '2^100'
dc -e '2 64 ^ p'
perl -e 'print join ",", map { $_ * 2 } 1..5'
perl -e '$SIG{ALRM} = sub { print "rang\n"; exit 4 }; alarm 1; sleep 5'
perl -e 'if (fork) { wait; print $? >> 8, "\n" } else { exit 9 }'
perl -e 'kill TERM => $$; sleep 1'
git init -q r && cd r && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x && git log --format=%s
make -f rules
gcc -x c -o prog prog.c && ./prog
gcc -x c -O2 -pthread -o threads threads.c && ./threads
gcc -x c -o vforks vforks.c && ./vforks
gcc -x c -o sandbox sandbox.c && ./sandbox; echo $?
gcc -x c -o crash crash.c && ./crash; echo $?
gcc -x c -o affinity affinity.c && ./affinity
sqlite3 :memory: 'select 6 * 7'
openssl dgst -sha256 words
ssh -V
curl --version | wc -l
jq -n '[1, 2] | add'
node -e 'setTimeout(() => console.log("later"), 20)'
node -e 'require("child_process").execSync("exit 3")' 2>/dev/null; echo $?
java -version 2>/dev/null; echo $?
unshare -r id -u
unshare -m mount -t tmpfs none dir && echo mounted
unshare -n ip link 2>/dev/null | wc -l
unshare -fp --mount-proc sh -c 'echo $$'
setpriv --no-new-privs grep NoNewPrivs /proc/self/status
setpriv --reuid 65534 --clear-groups id -u
setsid -w echo session
script -qc 'echo typed' /dev/null
flock words echo locked
ionice -c 3 ionice
chrt -p $$ | wc -l
prlimit --nofile=64 bash -c 'ulimit -n'
taskset -c 0 nproc
su nobody -s /bin/sh -c 'id -u'
busybox sh -c 'echo $((6 * 7))'
redis-cli --version | cut -d' ' -f1
"""

BASH = r"""
echo {1..5}
for i in 1 2 3; do echo $i; done
(exit 7); echo $?
kill -TERM $BASHPID
kill -KILL $BASHPID
sh -c 'kill -SEGV $$'; echo $?
trap 'echo caught; exit 5' TERM; kill -TERM $$; sleep 1
trap 'echo bye' EXIT
trap '' INT; kill -INT $$; echo still here
trap 'echo child' CHLD; /bin/true; /bin/true
sleep 0.1 & wait $!; echo $?
sleep 5 & kill $!; wait $!; echo $?
sleep 5 & kill -STOP $!; kill -CONT $!; kill $!; wait $!; echo $?
set -m; sleep 0.1 & jobs | wc -l; wait
set -m; (kill -STOP $BASHPID; exit 4) & sleep 0.2; kill -CONT $!; sleep 0.2; wait $!; echo $?
coproc cat; echo hi >&${COPROC[1]}; read -u ${COPROC[0]} x; echo $x
exec 3<>/dev/null; echo x >&3; echo $?
exec 3< words; read -u 3 a; read -u 3 b; echo $b
mapfile -t lines < words; echo ${#lines[@]}
cat <<< here
cat <<'X' | wc -l
diff <(echo a) <(echo a) && echo same
echo $(echo $(echo nested))
f() { return 3; }; f; echo $?
declare -A m=([a]=1 [b]=2); echo ${m[b]}
read -t 0.1 x < /dev/zero; echo $?
read -r x <<< 'a\b'; echo $x
ulimit -f 1; head -c 5000 /dev/zero > big; echo $?
umask 077; touch secret; stat -c %a secret
pushd dir > /dev/null; ls; popd > /dev/null
exec ls
exec -a other bash -c 'echo $0'
command -v ls
type -t cd
enable -n echo; type -t echo
printf '%s\n' "${PIPESTATUS[@]}"
false | true | (exit 3); echo ${PIPESTATUS[@]}
set -o pipefail; false | true; echo $?
set -e; false; echo not reached
echo $LINENO $SHLVL | wc -w
time -p true 2>/dev/null; echo $?
/dev/null; echo $?
nosuchcommand 2>/dev/null; echo $?
./words; echo $?
. ./script
bash script argument
dash script
env -S bash script
yes | head -c 100000 | wc -c
seq 100000 | tail -n 1
for i in {1..100}; do (:); done; echo $?
for i in {1..50}; do /bin/true; done; echo $?
(for i in {1..8}; do (sleep 0.0$i; echo $i) & done; wait) | sort
"""

# programs/: C, Go, Rust and Java, built once before they run
PROGRAMS = r"""
goroutines
go build -o again $PROGRAMS/goroutines.go && ./again
workers
rustc -o again $PROGRAMS/workers.rs && ./again
java -cp $BUILT Threads
javac -nowarn -d . $PROGRAMS/Threads.java && java -cp . Threads
faults
timers
restarts
sandboxes
processes
locks
creds
creds exec
setpriv --reuid 65534 --regid 65534 --clear-groups creds
setpriv --reuid 65534 --regid 65534 --clear-groups creds exec
setpriv --reuid 65534 --clear-groups --no-new-privs creds
runuser -u nobody -- creds
su nobody -s /bin/sh -c creds
unshare -U creds
unshare -r creds
unshare -r setpriv --reuid 0 --bounding-set=-all creds
mkdir -p new && cp -p $(command -v creds) new && chroot new /creds
mkdir -p new && cp -p $(command -v creds) new && chroot --userspec=65534:65534 new /creds
mkdir -p new && cp $(command -v creds) new && chmod 4755 new/creds && unshare -m chroot new /creds
unshare -mpf --mount-proc bash -c 'echo $$; (exit 3); echo $?; ls -d /proc/[0-9]*'
unshare -Urpf --mount-proc bash -c 'echo $$; id -u; (kill -9 $BASHPID); echo $?; kill -TERM $$; echo still here'
unshare -pf --kill-child bash -c 'sleep 50 & exit 6'
unshare -uinCT bash -c 'hostname inside; hostname; ip link 2>/dev/null | wc -l'
unshare -m bash -c 'mount -t tmpfs none dir && cp words dir && umount dir && ls dir'
unshare -pf unshare -pf bash -c 'echo $$; processes'
bash -c 'ulimit -c unlimited; faults; kill -SEGV $$'; echo $?; rm -f core
job_control
job_control '' $TRACE bash --norc -i
job_control '$TRACE ' bash --norc -i
"""

# these trace, which only the eBPF engine lets them do; ids and addresses differ each time
TRACERS = r"""
ptracer
gdb -nx -batch -ex 'break deadlock' -ex run -ex bt -ex 'print fd > 2' -ex 'info locals' -ex next -ex 'tbreak wait' -ex continue -ex bt -ex continue $BUILT/locks 2>&1 | anonymous
gdb -nx -batch -ex 'handle SIGSEGV stop nopass' -ex 'catch syscall mprotect' -ex run -ex 'info signals SIGSEGV' -ex kill $BUILT/faults 2>&1 | anonymous
gdb -nx -batch -ex 'set follow-fork-mode child' -ex 'catch exec' -ex run -ex continue -ex 'info inferiors' -ex continue --args sh -c 'cat words; true' 2>&1 | anonymous
mkfifo fifo; cat fifo & sleep 0.2; gdb -nx -batch -p $! -ex 'call (int)close(77)' -ex detach 2>/dev/null | tail -n 2 | anonymous; echo > fifo; wait; echo $?
strace -e trace=openat,read,write,close cat words 2>&1 | anonymous
strace -f -o log -e trace=process sh -c '/bin/true; (exit 3)'; anonymous < log | sed 's/^ID *//' | sort
strace -c -o log -e trace=execve,write cat words && grep -c total log
strace -o log -e inject=write:error=ENOSPC cat words; echo $?
strace -f --seccomp-bpf -o log -e trace=openat sandboxes
sleep 50 & strace -p $! -o log -e trace=none & sleep 0.3; kill -INT $!; wait $!; kill %1; wait %1; echo $?
ltrace -e strlen+puts expr length hello 2>&1 | anonymous
$RENACER --engine ptrace -f -e trace=process,openat -- sh -c 'cat words; exit 3' | anonymous
$RENACER --engine ptrace -f -o /dev/null -- processes
"""

# under either engine: an eBPF tracer inside
NESTED = r"""
$RENACER --engine bpf -f -o /dev/null -- sh -c 'cat words; kill -TERM $$'; echo $?
$RENACER --engine bpf -e trace=write -- cat words
"""

KEYS = r"""
'cat\n=>' 'one\n=>one' '\x1a=>READY> ' 'jobs\n=>READY> ' 'fg\n=>cat' 'two\n=>two' '\x03=>READY> '
'echo s $?\n=>READY> ' 'sleep 50 &\n=>READY> ' 'kill -STOP %1; sleep 0.1; jobs\n=>READY> '
'kill -KILL %1; sleep 0.2\n=>Killed' 'exit 3\n=>exit'
"""

# what these may use; the first argument of job_control stands before the first job
PRELUDE = r"""
job_control() {
	local job=$1; shift
	[ $# = 0 ] && set -- bash --norc -i
	/usr/bin/python3 $PROGRAMS/keys.py "$job"KEYS -- "$@"
}
anonymous() { sed -E 's/0x[0-9a-f]+|\b[0-9]{3,}\b/ID/g'; }
""".replace("KEYS", KEYS.strip().replace("\n", " "))

# modules of Python's own tests
PYTHON = """
test_os test_threading test_fork1 test_popen test_pipes test_select test_epoll test_mmap test_fcntl
test_resource test_pty test_posix test_tempfile test_shutil test_glob test_fileio test_pwd
"""
# with --full; they wait for seconds, each three times
PYTHON_LONG = """
test_wait3 test_wait4 test_poll test_queue
"""
# but for what waits for seconds
PYTHON_SHORT = {
    "test_signal": """test_siginterrupt_off test_itimer_virtual PendingSignalsTests
                      test_wakeup_fd_* test_setitimer_tiny""",
    "test_subprocess": """*NoPoll* test_check_output_timeout test_communicate_timeout* *_dead
                          test_communicate_repeated_call_after_stdout_close""",
}
SOCKET_CASES = """
BasicTCPTest BasicTCPTest2 BasicUDPTest BasicSocketPairTest NonBlockingTCPTests
UnbufferedFileObjectClassTestCase SmallBufferedFileObjectClassTestCase UDPTimeoutTest TCPTimeoutTest
SendmsgUDPTest RecvmsgTCPTest RecvmsgSCMRightsStreamTest SendfileUsingSendfileTest
"""

SCRIPTS = r"""
import os, sys; sys.exit(os.getppid() == 0)
import os; pid = os.fork(); print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])) if pid else os._exit(6)
import os; r, w = os.pipe(); os.write(w, b'x' * 10); print(os.read(r, 5))
import threading; t = [threading.Thread(target=print, args=(i,)) for i in range(3)]; [(x.start(), x.join()) for x in t]
import signal, os; signal.signal(signal.SIGUSR1, lambda *a: print('got')); os.kill(os.getpid(), signal.SIGUSR1)
import signal, time; signal.signal(signal.SIGALRM, lambda *a: print('ring')); signal.setitimer(signal.ITIMER_REAL, 0.05); time.sleep(0.2)
import socket; a, b = socket.socketpair(); a.sendall(b'hello'); print(b.recv(9))
import socket, threading; s = socket.create_server(('127.0.0.1', 0)); threading.Thread(target=lambda: s.accept()[0].sendall(b'x')).start(); print(socket.create_connection(s.getsockname()).recv(1))
import subprocess; print(subprocess.run(['sh', '-c', 'cat; exit 3'], input=b'in', capture_output=True))
import multiprocessing as m; print(m.get_context('fork').Pool(2).map(abs, [-1, -2]))
import asyncio; asyncio.run(asyncio.sleep(0.01)); print('done')
import mmap; m = mmap.mmap(-1, 4096); m[:2] = b'ok'; print(m[:2])
import os; print(sorted(os.listdir('.')))
import os; os.chdir('dir'); print(os.path.basename(os.getcwd()))
import os; print(len(os.sched_getaffinity(0)))
import os; os.abort()
import ctypes; ctypes.string_at(0)
import resource; print(resource.getrlimit(resource.RLIMIT_CORE) is not None)
import select; p = select.poll(); p.register(0, 1); print(len(p.poll(0)))
import ptracewrong
raise SystemExit(42)
"""

FILES = {
    "words": WORDS,
    "numbers": "".join(f"{i * 37 % 101}\n" for i in range(40)),
    "tabs": "a\tb\tc\n        x\n",
    "list": "words\nnumbers\n",
    "dir/file": "inside\n",
    "change": "--- words\n+++ words\n@@ -1,2 +1,2 @@\n-delta\n+DELTA\n alpha\n",
    "rules": "all: a b\n\t@echo all\na:\n\t@echo a\nb:\n\t@echo b\n.PHONY: all a b\n",
    "script": "echo script $1\nexit 3\n",
    "prog.c": "#include <stdio.h>\nint main(void) { puts(\"built\"); return 5; }\n",
    "threads.c": "#include <pthread.h>\n#include <stdio.h>\nstatic void *f(void *x) { return x; }\n"
                 "int main(void) { pthread_t t[50]; long n = 0; void *r;\n"
                 "for (long i = 0; i < 50; i++) pthread_create(&t[i], 0, f, (void *)i);\n"
                 "for (int i = 0; i < 50; i++) { pthread_join(t[i], &r); n += (long)r; }\n"
                 "return !printf(\"%ld\\n\", n); }\n",
    "vforks.c": "#include <stdio.h>\n#include <sys/wait.h>\n#include <unistd.h>\n"
                "int main(void) { int s; for (int i = 0; i < 20; i++) { pid_t p = vfork();\n"
                "if (!p) { execl(\"/bin/true\", \"true\", (char *)0); _exit(1); } waitpid(p, &s, 0); }\n"
                "return !printf(\"%d\\n\", s); }\n",
    "sandbox.c": "#include <linux/filter.h>\n#include <linux/seccomp.h>\n#include <stddef.h>\n"
                 "#include <stdio.h>\n#include <sys/prctl.h>\n#include <sys/syscall.h>\n#include <unistd.h>\n"
                 "#include <errno.h>\nint main(void) { struct sock_filter f[] = {\n"
                 "BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),\n"
                 "BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),\n"
                 "BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 77),\n"
                 "BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgrp, 0, 1),\n"
                 "BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),\n"
                 "BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};\nstruct sock_fprog p = {6, f};\n"
                 "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); prctl(PR_SET_SECCOMP, 2, &p);\n"
                 "printf(\"%ld \", syscall(SYS_getppid)); printf(\"%d\\n\", errno); fflush(stdout);\n"
                 "return syscall(SYS_getpgrp); }\n",
    "crash.c": "int main(void) { *(volatile int *)8 = 1; }\n",
    "affinity.c": "#define _GNU_SOURCE\n#include <sched.h>\n#include <stdio.h>\nint main(void) { cpu_set_t s;\n"
                  "sched_getaffinity(0, sizeof(s), &s); printf(\"%d\", CPU_COUNT(&s)); CPU_ZERO(&s); CPU_SET(0, &s);\n"
                  "sched_setaffinity(0, sizeof(s), &s); sched_getaffinity(0, sizeof(s), &s);\n"
                  "return printf(\" %d\\n\", CPU_COUNT(&s)) < 0; }\n",
}

SECONDS = 120
LONG = 8  # a command that takes longer with all its runs is named
PROGRAM_SOURCES = pathlib.Path(__file__).resolve().parent / "programs"
ENGINES = ["bpf", "ptrace"]
FILTERED = "ptrace -e trace=openat"  # with a seccomp filter of ours
WHY_BPF = "a process has one ptracer, and being its tracee changes what it is told"

# what may be missing here, wherever in a command line it stands
OPTIONAL = {"go", "rustc", "java", "javac", "gdb", "strace", "ltrace", "setpriv", "runuser", "unshare"}


class Command(typing.NamedTuple):
    name: str
    argv: list
    needs: set
    engines: list = ENGINES


def builds(out):
    """The programs of programs/, each by the tool it needs and the command that builds it."""
    for source in sorted(PROGRAM_SOURCES.iterdir()):
        target = str(out / source.stem)
        if source.suffix == ".c":
            # the static one is taken along into other roots
            static = ["-static"] if source.stem == "creds" else []
            yield source.stem, ["gcc", "-g", "-O1", "-pthread", *static, "-o", target, str(source)]
        elif source.suffix == ".go":
            yield source.stem, ["go", "build", "-o", target, str(source)]
        elif source.suffix == ".rs":
            yield source.stem, ["rustc", "-o", target, str(source)]
        elif source.suffix == ".java":
            yield source.stem, ["javac", "-nowarn", "-d", str(out), str(source)]


def build_programs(out):
    """Built by whoever runs this, for all users; set-user-ID where the name says it is about that."""
    out.mkdir(mode=0o755)
    for name, argv in builds(out):
        if not shutil.which(argv[0]):
            print(f"# no {argv[0]} here: {name} is left out")
            continue
        done = subprocess.run(argv, capture_output=True, text=True)
        if done.returncode:
            print(f"# {name} is left out: {(done.stderr.splitlines() or ['?'])[0]}")
    if (out / "creds").exists():
        (out / "creds").chmod(0o4755)


def set_environment(renacer, parent):
    """What all commands find, traced or not."""
    home = pathlib.Path.home()
    os.environ.setdefault("RUSTUP_HOME", str(home / ".rustup"))
    os.environ.setdefault("CARGO_HOME", str(home / ".cargo"))
    built = parent / "built"
    os.environ.update(RENACER=renacer, PROGRAMS=str(PROGRAM_SOURCES), BUILT=str(built),
                      PATH=f"{built}:{os.environ['PATH']}", GOCACHE=str(parent / "go"),
                      CGO_ENABLED="0", LC_ALL="C", TMPDIR=str(parent), DEBUGINFOD_URLS="")


def python_test(name, *options):
    # one line of the verdict: how long it took and the machine's warnings differ
    script = (f"/usr/bin/python3 -m test -q {name} {' '.join(options)} > log 2>&1; s=$?; "
              f"grep -ohE 'Result: \\w+|Tests result: \\w+' log | sort -u; exit $s")
    return Command(f"python3 -m test {name}", ["bash", "-c", script], {"python module test.test_os"})


def commands(full):
    for script in (COREUTILS + TOOLS + BASH).splitlines():
        if script.strip():
            yield Command(script, ["bash", "-c", script], {first_program(script)})
    for lines, engines in ((PROGRAMS, [*ENGINES, FILTERED]), (TRACERS, ["bpf"]), (NESTED, ENGINES)):
        for script in lines.strip().splitlines():
            needs = {first_program(script)} | OPTIONAL & set(re.findall(r"\w+", script))
            yield Command(script, ["bash", "-c", f"{PRELUDE}\n{script}"], needs - {"job_control"}, engines)
    # the kernel wakes a ptracee also for a signal that it ignores
    yield Command("restarts ignored", ["restarts", "ignored"], {"restarts"}, ["bpf"])
    for line in SCRIPTS.strip().splitlines():
        yield Command(f"python3: {line}", ["/usr/bin/python3", "-c", line], {"/usr/bin/python3"})
    for name in SOCKET_CASES.split():
        argv = ["/usr/bin/python3", "-m", "unittest", "-q", f"test.test_socket.{name}"]
        yield Command(f"python3 -m unittest {name}", argv, {"python module test.test_socket"})
    for name in (PYTHON + PYTHON_LONG if full else PYTHON).split():
        yield python_test(name)
    for name, left_out in PYTHON_SHORT.items():
        yield python_test(name, *([] if full else [f"-i '{t}'" for t in left_out.split()]))


def first_program(script):
    """What the line needs to be there at all; bash itself has the rest."""
    word = re.match(r"[\w./-]*", script).group()
    return word if word and word != "nosuchcommand" and "()" not in script[:20] else "bash"


def is_there(need):
    if need.startswith("python module "):
        return subprocess.run(["/usr/bin/python3", "-c", f"import {need.split()[-1]}"],
                              capture_output=True).returncode == 0
    kind = subprocess.run(["bash", "-c", f"type -t -- {need!r}"], capture_output=True)
    return kind.returncode == 0 or need.startswith((".", "/"))


def fresh_folder(parent):
    folder = parent / "here"  # the same name each time: programs print it
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "link").symlink_to("words")
    return folder


def left_behind(folder):
    """Names, kinds, modes and contents; not of what a compiler or an archiver dates."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if ".git" in path.parts or path.suffix in (".tar", ".tgz", ".gz") or path.name == "log":
            continue
        st = path.lstat()
        content = ""
        if path.is_file() and not path.is_symlink():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        found[str(path.relative_to(folder))] = (oct(st.st_mode), content)
    return found


def run(prefix, argv, parent):
    folder = fresh_folder(parent)
    env = dict(os.environ, HOME=str(folder), TRACE=" ".join(prefix))
    if any("$TRACE" in arg for arg in argv):
        prefix = []
    try:
        done = subprocess.run([*prefix, *argv], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS)
        return done.stdout, done.returncode, left_behind(folder)
    except subprocess.TimeoutExpired:
        return b"", f"longer than {SECONDS} s", {}


def difference(plain, traced):
    for what, a, b in zip(("output", "status", "files"), plain, traced):
        if a != b:
            if isinstance(a, dict):
                a, b = ({k: v for k, v in x.items() if y.get(k) != v} for x, y in ((a, b), (b, a)))
            elif what == "output":
                at = max(len(os.path.commonprefix([a, b])) - 60, 0)
                a, b = a[at:], b[at:]
            return f"{what}: {str(a)[:200]} became {str(b)[:200]}"
    return None


def compare(renacer, command, engines, parent):
    """What differed, by engine, and what else there is to say."""
    problems, notes = {}, []
    plain = run([], command.argv, parent)
    for engine in engines:
        prefix = [renacer, "--engine", *engine.split(), "-f", "-o", "/dev/null", "--"]
        found = difference(plain, run(prefix, command.argv, parent))
        if found and difference(plain, run([], command.argv, parent)):
            notes.append("differs untraced too")
        elif found:
            problems[engine] = found
    return problems, notes


def usable_engines(renacer, wanted):
    for engine in wanted:
        probe = subprocess.run([renacer, "--engine", engine, "-o", "/dev/null", "true"],
                               capture_output=True, text=True)
        if probe.returncode:
            print(f"# {engine}: {(probe.stderr.splitlines() or ['fails'])[0]}")
        else:
            yield engine


class Tally:
    """One line a command, and in the end what was compared."""

    def __init__(self):
        self.done, self.failed = {}, {}
        self.number = self.bad = 0

    def skip(self, command, why):
        self.number += 1
        print(f"ok {self.number} - {command.name} # SKIP {why}", flush=True)

    def add(self, command, engines, problems, notes):
        self.number += 1
        self.bad += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {self.number} - {command.name}")
        for engine in engines:
            self.done[engine] = self.done.get(engine, 0) + 1
            self.failed[engine] = self.failed.get(engine, 0) + (engine in problems)
        for text in [*notes, *(f"{e}: {p}" for e, p in problems.items())]:
            print(f"#   {text}")
        sys.stdout.flush()

    def close(self):
        for engine, done in self.done.items():
            print(f"# {engine}: {done} commands, {self.failed[engine]} differences")


def run_all(renacer, wanted, engines, parent):
    tally = Tally()
    for command in wanted:
        missing = sorted(need for need in command.needs if not is_there(need))
        mine = [e for e in command.engines if e.split()[0] in engines]
        if missing:
            tally.skip(command, f"no {missing[0]} here")
        elif not mine:
            tally.skip(command, f"eBPF engine only: {WHY_BPF}")
        else:
            notes = [f"NOT RUN under {e}: {WHY_BPF}" for e in engines if e not in mine]
            start = time.monotonic()
            problems, more = compare(renacer, command, mine, parent)
            seconds = time.monotonic() - start
            if seconds > LONG:
                more.append(f"took {seconds:.0f} s")
            tally.add(command, mine, problems, notes + more)
    tally.close()
    return tally.bad


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--renacer", required=True)
    parser.add_argument("--tap", action="store_true")
    parser.add_argument("--engine", action="append")
    parser.add_argument("--full", action="store_true", help="the slow ones too")
    parser.add_argument("texts", nargs="*")
    args = parser.parse_args()
    renacer = str(pathlib.Path(args.renacer).resolve())
    for signo in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(signo, signal.SIG_DFL)  # what is ignored stays so in all commands
    wanted = [c for c in commands(args.full) if not args.texts or any(t in c.name for t in args.texts)]
    engines = list(usable_engines(renacer, args.engine or ENGINES))
    if not engines:
        print("1..0 # SKIP no engine can be used here")
        return 0

    print(f"1..{len(wanted)}", flush=True)
    parent = pathlib.Path(tempfile.mkdtemp(prefix="renacer-transparency-"))
    parent.chmod(0o755)
    try:
        set_environment(renacer, parent)
        build_programs(parent / "built")
        bad = run_all(renacer, wanted, engines, parent)
    finally:
        shutil.rmtree(parent, ignore_errors=True)
    return 0 if args.tap or not bad else 1


sys.exit(main())
