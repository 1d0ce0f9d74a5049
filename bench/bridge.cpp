// SPDX-License-Identifier: Apache-2.0
// The queues between the two cores beside what else there is, and what a board does with them.
//
//   bridge_bench OURO_BOARD_BINARY WORK_DIR
//
// A round trip is one word to the other thread and back. Each thread has a processor of its own, and every round takes
// a block of each kind, so that whatever else the machine does hits all of them alike.
#include "base/ring.hpp"
#include "bench/board_control.hpp"
#include "bench/board_process.hpp"
#include "firmware/ports/posix/signals.hpp"

#include <boost/lockfree/spsc_queue.hpp>

#include <pthread.h>
#include <sched.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace {

using firmware::ports::posix::FutexSignal;
using firmware::ports::posix::UptimeClock;

constexpr std::uint32_t depth = 64;
constexpr int rounds = 40;
constexpr int trips_per_round = 2'000;
constexpr int slow_trips_per_round = 100; // of what sleeps in between
constexpr std::uint32_t stream_length = 2'000'000;
constexpr base::Micros spin = 50; // as on a virtual board
constexpr std::uint32_t last_word = 0xffff'ffff;

std::int64_t now_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void pin_to_processor(unsigned number) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(number % std::max(1U, std::thread::hardware_concurrency()), &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

/// A queue, woken as on a virtual board: spin for a moment, then sleep.
template <typename Queue>
class WokenChannel {
public:
    void send(std::uint32_t word) {
        while (!queue_.push(word)) std::this_thread::yield();
        signal_.notify();
    }
    std::uint32_t receive() {
        std::uint32_t word = 0;
        while (!queue_.pop(word)) signal_.wait_until(base::never);
        return word;
    }

private:
    UptimeClock clock_;
    FutexSignal signal_{clock_, spin};
    Queue queue_;
};
using OurChannel = WokenChannel<base::Ring<std::uint32_t, depth>>;
using BoostChannel = WokenChannel<boost::lockfree::spsc_queue<std::uint32_t, boost::lockfree::capacity<depth>>>;

/// What the standard library offers: it always sleeps.
class LockedChannel {
public:
    void send(std::uint32_t word) {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [this] { return words_.size() < depth; });
        words_.push_back(word);
        lock.unlock();
        news_.notify_one();
    }
    std::uint32_t receive() {
        std::unique_lock lock(mutex_);
        news_.wait(lock, [this] { return !words_.empty(); });
        const std::uint32_t word = words_.front();
        words_.pop_front();
        lock.unlock();
        room_.notify_one();
        return word;
    }

private:
    std::mutex mutex_;
    std::condition_variable news_;
    std::condition_variable room_;
    std::deque<std::uint32_t> words_;
};

/// Sends every word back that comes, until the last one.
template <typename Channel>
class Echo {
public:
    Echo()
        : thread_([this] {
              pin_to_processor(1);
              for (std::uint32_t word = 0; word != last_word;) {
                  word = there_.receive();
                  back_.send(word);
              }
          }) {}
    ~Echo() {
        trip(last_word);
        thread_.join();
    }
    Echo(const Echo&) = delete;
    Echo& operator=(const Echo&) = delete;

    void trip(std::uint32_t word) {
        there_.send(word);
        if (back_.receive() != word) bench::stop("a word came back as another one");
    }

private:
    Channel there_;
    Channel back_;
    std::thread thread_;
};

/// Adds a block of round trips, in nanoseconds. The other thread exists for the block only: it does not disturb others.
template <typename Channel>
void take_trips(int count, bench::Samples& samples) {
    constexpr int warm_up = 20;
    Echo<Channel> echo;
    for (int i = -warm_up; i < count; ++i) {
        const std::int64_t started = now_ns();
        echo.trip(static_cast<std::uint32_t>(i & 0xffff));
        if (i >= 0) samples.values.push_back(now_ns() - started);
    }
}

/// Words in a second, one way.
template <typename Channel>
double stream(std::uint32_t count) {
    Channel channel;
    const std::int64_t started = now_ns();
    std::thread reader([&] {
        pin_to_processor(1);
        for (std::uint32_t expected = 0; expected < count; ++expected) {
            if (channel.receive() != expected) bench::stop("a word was lost");
        }
    });
    for (std::uint32_t word = 0; word < count; ++word) channel.send(word);
    reader.join();
    return static_cast<double>(count) * 1e9 / static_cast<double>(now_ns() - started);
}

void print_channel(const char* name, bench::Samples& trips, double words_per_second) {
    std::printf("%-42s p50 %8.0f ns   p99 %8.0f ns   %7.2f million words/s\n", name, trips.at(0.5), trips.at(0.99),
                words_per_second / 1e6);
}

struct Ratios {
    double p50 = 0;
    double p99_boost = 0;
};

Ratios measure_queues() {
    bench::Samples ours;
    bench::Samples boosts;
    bench::Samples locked;
    for (int round = 0; round < rounds; ++round) {
        take_trips<OurChannel>(trips_per_round, ours);
        take_trips<LockedChannel>(slow_trips_per_round, locked);
        take_trips<BoostChannel>(trips_per_round, boosts);
    }
    print_channel("base::Ring + FutexSignal", ours, stream<OurChannel>(stream_length));
    print_channel("boost::lockfree::spsc_queue + FutexSignal", boosts, stream<BoostChannel>(stream_length));
    print_channel("std::mutex + condition_variable", locked, stream<LockedChannel>(stream_length / 10));
    return {locked.at(0.5) / ours.at(0.5), ours.at(0.99) / boosts.at(0.99)};
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) bench::stop("usage: bridge_bench OURO_BOARD_BINARY WORK_DIR");
    pin_to_processor(0);
    const Ratios ratios = measure_queues();
    const bench::BoardFigures board = bench::measure_board(argv[1], argv[2]);
    std::printf("bridge: p50_ratio=%.0f p99_ratio_boost=%.2f idle_cpu_pct=%.2f button_p99_us=%.0f vm_start_ms=%.2f\n",
                ratios.p50, ratios.p99_boost, board.idle_cpu_pct, board.button_p99_us, board.vm_start_ms);
    return 0;
}
