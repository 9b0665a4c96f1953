// Goroutines, signals, child processes and files, in the ways Go's runtime does them.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(9)
	}
}

func sum(workers int) int {
	numbers, sums := make(chan int), make(chan int, workers)
	var all sync.WaitGroup
	for i := 0; i < workers; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			runtime.LockOSThread()
			mine := 0
			for n := range numbers {
				mine += n
			}
			sums <- mine
		}()
	}
	for n := 1; n <= 10000; n++ {
		numbers <- n
	}
	close(numbers)
	all.Wait()
	close(sums)
	total := 0
	for s := range sums {
		total += s
	}
	return total
}

func signals() {
	got := make(chan os.Signal, 8)
	signal.Notify(got, syscall.SIGUSR1, syscall.SIGHUP)
	for _, s := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGHUP} {
		check(syscall.Kill(syscall.Getpid(), s))
		fmt.Println("signal:", <-got)
	}
}

func recovered() (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	var nowhere *int
	return fmt.Sprint(*nowhere)
}

func children() {
	out, err := exec.Command("sh", "-c", "echo out; kill -TERM $$").Output()
	fmt.Printf("%q %v\n", out, err)
	cat := exec.Command("cat")
	in, err := cat.StdinPipe()
	check(err)
	out2, err := cat.StdoutPipe()
	check(err)
	check(cat.Start())
	io.WriteString(in, "through\n")
	in.Close()
	line, err := bufio.NewReader(out2).ReadString('\n')
	check(err)
	fmt.Printf("%q %v\n", line, cat.Wait())
}

func files() {
	check(os.MkdirAll("made/deep", 0o750))
	check(os.WriteFile("made/deep/file", []byte("from go\n"), 0o640))
	check(os.Rename("made/deep/file", "made/file"))
	back, err := os.ReadFile("made/file")
	check(err)
	_, missing := os.Stat("made/none")
	fmt.Printf("%q %v\n", back, missing)
}

func network() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() {
		c, err := l.Accept()
		check(err)
		io.Copy(c, c)
		c.Close()
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	check(err)
	io.WriteString(c, "echoed")
	c.(*net.TCPConn).CloseWrite()
	back, err := io.ReadAll(c)
	fmt.Printf("%q %v\n", back, err)
	a, _ := net.Pipe()
	a.SetDeadline(time.Now().Add(10 * time.Millisecond))
	_, err = a.Read(make([]byte, 1))
	fmt.Println(err)
}

func main() {
	fmt.Println(sum(8))
	signals()
	fmt.Println(recovered())
	children()
	files()
	network()
	os.Exit(7)
}
