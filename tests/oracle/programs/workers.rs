//! Threads, signals, child processes and files, in the ways Rust's library does them.
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{mpsc, Arc, Condvar, Mutex};
use std::time::Duration;
use std::{fs, net, panic, process, thread};

extern "C" {
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
    fn raise(number: i32) -> i32;
}

static SEEN: AtomicI32 = AtomicI32::new(0);

extern "C" fn note(number: i32) {
    SEEN.fetch_add(number, Ordering::SeqCst);
}

fn sums() -> u64 {
    let (to, from) = mpsc::channel();
    let total = Arc::new(Mutex::new(0));
    let mut workers = Vec::new();
    for i in 0..8u64 {
        let (to, total) = (to.clone(), total.clone());
        workers.push(thread::spawn(move || {
            for n in 0..1000 {
                *total.lock().unwrap() += n * i;
            }
            to.send(i).unwrap();
        }));
    }
    drop(to);
    workers.into_iter().for_each(|w| w.join().unwrap());
    let total = *total.lock().unwrap();
    total + from.iter().sum::<u64>()
}

fn wakes() -> bool {
    let pair = Arc::new((Mutex::new(false), Condvar::new()));
    let theirs = pair.clone();
    let waker = thread::spawn(move || {
        thread::sleep(Duration::from_millis(10));
        *theirs.0.lock().unwrap() = true;
        theirs.1.notify_one();
    });
    let mut ready = pair.0.lock().unwrap();
    while !*ready {
        ready = pair.1.wait(ready).unwrap();
    }
    drop(ready);
    waker.join().is_ok()
}

fn children() {
    let done = Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]).output().unwrap();
    println!("{:?}", done);
    let killed = Command::new("sh").args(["-c", "kill -KILL $$"]).status().unwrap();
    println!("{:?}", killed.signal());
    let mut cat = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    cat.stdin.take().unwrap().write_all(b"through").unwrap();
    let mut text = String::new();
    cat.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    println!("{} {}", text, cat.wait().unwrap());
    println!("{:?}", Command::new("./none").spawn().err().map(|e| e.kind()));
}

fn files() {
    fs::create_dir_all("made/deep").unwrap();
    fs::write("made/deep/file", "from rust\n").unwrap();
    fs::copy("made/deep/file", "made/copy").unwrap();
    fs::remove_dir_all("made/deep").unwrap();
    println!("{:?} {:?}", fs::read_to_string("made/copy"), fs::metadata("made/deep").is_err());
}

fn network() {
    let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let mut to = listener.accept().unwrap().0;
        to.write_all(b"served").unwrap();
    });
    let mut text = String::new();
    net::TcpStream::connect(at).unwrap().read_to_string(&mut text).unwrap();
    server.join().unwrap();
    println!("{}", text);
}

fn main() {
    println!("{} {}", sums(), wakes());
    unsafe {
        signal(10, note);
        raise(10);
        raise(10);
    }
    println!("{}", SEEN.load(Ordering::SeqCst));
    println!("{}", panic::catch_unwind(|| panic!("caught")).is_err());
    children();
    files();
    network();
    process::exit(7);
}
