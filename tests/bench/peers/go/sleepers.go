// SPDX-License-Identifier: GPL-3.0-or-later
// Sleeping jobs as goroutines. The same jobs and figures as in tests/bench/executor/sleepers.hpp.
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"sync"
	"time"
)

func milliseconds(job uint64, random bool) uint64 {
	if !random {
		return 1000
	}
	x := job + 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return 500 + (x^x>>31)%1001
}

func main() {
	jobs, _ := strconv.ParseUint(os.Args[1], 10, 64)
	random := len(os.Args) > 2 && os.Args[2] == "random"
	lateness := len(os.Args) > 3 && os.Args[3] == "lateness"
	var late []time.Duration
	if lateness {
		late = make([]time.Duration, jobs)
		for i := range late {
			late[i] = 1
		}
	}

	begin := time.Now()
	var all sync.WaitGroup
	all.Add(int(jobs))
	for i := uint64(0); i < jobs; i++ {
		sleep := time.Duration(milliseconds(i, random)) * time.Millisecond
		if lateness {
			go func(i uint64) {
				began := time.Now()
				time.Sleep(sleep)
				late[i] = time.Since(began) - sleep
				all.Done()
			}(i)
		} else {
			go func() {
				time.Sleep(sleep)
				all.Done()
			}()
		}
	}
	all.Wait()
	took := time.Since(begin).Seconds()

	longest := 1.0
	if random {
		longest = 1.5
	}
	fmt.Printf("over_s=%.6f\n", took-longest)
	if lateness {
		sort.Slice(late, func(a, b int) bool { return late[a] < late[b] })
		quantile := func(q float64) float64 { return late[int(q*float64(jobs-1))].Seconds() }
		fmt.Printf("late_min_s=%.9f\nlate_p50_s=%.9f\nlate_p99_s=%.9f\nlate_max_s=%.9f\n",
			quantile(0), quantile(0.5), quantile(0.99), quantile(1))
	}
}
