// SPDX-License-Identifier: Apache-2.0
// The hardware core and virtual time, with a stand-in where MicroPython would be.
#include "firmware/ports/sim/sim_board.hpp"

#include "boards/intercom.hpp"
#include "firmware/ports/sim/stand_in.hpp"

#include <gtest/gtest.h>

namespace firmware::ports::sim {
namespace {

using base::from_ms;
using Trace = std::vector<Change>;

constexpr contract::Pin door = 13;
constexpr contract::Pin call = 4;

Options with(std::function<void(StandInCore&)> body) {
    Options options;
    options.profile = &boards::intercom;
    options.program = stand_in(std::move(body));
    return options;
}

bridge::HomeMessage message(bridge::HomeMessage::Op op, std::string_view id = {}) {
    bridge::HomeMessage result;
    result.op = op;
    result.id = id;
    return result;
}

void watch_call(StandInCore& core) {
    bridge::PinCommand watch;
    watch.op = bridge::PinCommand::Op::watch;
    watch.pin = call;
    watch.falling = true;
    core.pin(watch);
}

TEST(SimBoard, outputs_are_cut_on_time_when_the_vm_is_dead) {
    SimBoard board(with([](StandInCore& core) {
        core.sleep(from_ms(1000));
        core.write(door, true);
        core.sleep(base::never);
    }));
    board.run_for(from_ms(2000));
    board.kill_vm();
    board.run_for(from_ms(20000));
    EXPECT_EQ(board.trace("door_relay"), (Trace{{1000, true}, {11000, false}}));
}

TEST(SimBoard, outputs_are_cut_on_time_while_the_vm_computes) {
    SimBoard board(with([](StandInCore& core) {
        core.sleep(from_ms(500));
        core.write(door, true);
        while (core.compute()) {
        }
    }));
    board.run_for(from_ms(12000));
    EXPECT_EQ(board.trace("door_relay"), (Trace{{500, true}, {10500, false}}));
}

TEST(SimBoard, a_watched_edge_reaches_the_vm_and_another_does_not) {
    std::vector<bridge::PinEdge> edges;
    SimBoard board(with([&](StandInCore& core) {
        watch_call(core);
        bridge::PinEdge edge;
        while (core.sleep(from_ms(10))) {
            while (core.inputs.bridge().pin_edges.pop(edge)) edges.push_back(edge);
        }
    }));
    board.run_for(from_ms(100));
    board.press("call", from_ms(50));
    board.run_for(from_ms(200));
    ASSERT_EQ(edges.size(), 1U) << "the release is a rising edge, and nobody asked for it";
    EXPECT_EQ(edges[0].pin, call);
    EXPECT_FALSE(edges[0].level);
    EXPECT_EQ(edges[0].at, from_ms(100));
}

TEST(SimBoard, row_3_7_edges_beyond_the_queue_are_dropped_and_counted) {
    std::uint32_t dropped = 0;
    SimBoard board(with([&](StandInCore& core) {
        watch_call(core);
        core.sleep(from_ms(1000));
        dropped = core.inputs.bridge().edges_dropped;
    }));
    board.run_for(from_ms(10));
    for (int i = 0; i < 33; ++i) {
        board.press("call", from_ms(5));
        board.run_for(from_ms(10));
    }
    board.run_for(from_ms(1000));
    EXPECT_EQ(dropped, 1U);
}

TEST(SimBoard, a_command_passes_the_gate_and_its_answer_comes_back) {
    SimBoard board(with([](StandInCore& core) {
        auto declare = message(bridge::HomeMessage::Op::declare, "auto");
        declare.kind = bridge::EntityKind::switch_;
        core.tell(declare);
        core.tell(message(bridge::HomeMessage::Op::declared));
        bridge::HomeCommand command;
        while (core.sleep(from_ms(10))) {
            if (!core.inputs.bridge().home_commands.pop(command)) continue;
            auto done = message(bridge::HomeMessage::Op::done);
            done.cmd_id = command.cmd_id;
            done.ok = command.value.boolean;
            core.tell(done);
        }
    }));
    board.link_up();
    board.run_for(from_ms(100));
    board.send(R"(["set","auto",true,"c1"])");
    board.send(R"(["set","auto",true,"c1"])");
    board.send(R"(["set","nobody",true,"c2"])");
    board.run_for(from_ms(100));
    const auto done = board.frames(R"(["done")");
    ASSERT_EQ(done.size(), 3U);
    EXPECT_EQ(done[0].json, R"(["done","c1",false,"duplicate"])");
    EXPECT_EQ(done[1].json, R"(["done","c2",false,"not_found"])");
    EXPECT_EQ(done[2].json, R"(["done","c1",true,""])");
}

TEST(SimBoard, row_3_7_the_ninth_waiting_command_is_answered_busy) {
    SimBoard board(with([](StandInCore& core) {
        for (const char* id : {"a", "b", "c"}) {
            auto declare = message(bridge::HomeMessage::Op::declare, id);
            declare.kind = bridge::EntityKind::switch_;
            core.tell(declare);
        }
        core.tell(message(bridge::HomeMessage::Op::declared));
        core.sleep(base::never); // and never looks at its queue
    }));
    board.link_up();
    board.run_for(from_ms(100));
    for (int i = 0; i < 9; ++i) {
        const std::string entity(1, "abc"[i / 3]);
        board.send("[\"set\",\"" + entity + "\",true,\"c" + std::to_string(i) + "\"]");
    }
    board.run_for(from_ms(100));
    const auto done = board.frames(R"(["done")");
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(done[0].json, R"(["done","c8",false,"busy"])");
}

TEST(SimBoard, console_text_and_frames_are_kept_apart_in_both_directions) {
    std::string typed;
    SimBoard board(with([&](StandInCore& core) {
        std::uint8_t byte = 0;
        for (int i = 0; core.sleep(from_ms(1)); ++i) {
            if (i < 1000) core.print("line " + std::to_string(i) + "\r\n");
            while (core.inputs.bridge().console_in.pop(byte)) typed += static_cast<char>(byte);
        }
    }));
    board.type("1+");
    board.link_up();
    board.type("1\r");
    board.run_for(from_ms(4000));
    EXPECT_EQ(typed, "1+1\r");
    std::string expected;
    for (int i = 0; i < 1000; ++i) expected += "line " + std::to_string(i) + "\r\n";
    EXPECT_EQ(board.console(), expected);
    EXPECT_EQ(board.frames(R"(["hello")").size(), 1U);
    EXPECT_EQ(board.frames(R"(["output")").size(), 3U);
}

TEST(SimBoard, row_3_7_ctrl_c_gets_through_although_the_input_is_full) {
    bool interrupted = false;
    SimBoard board(with([&](StandInCore& core) {
        while (core.sleep(from_ms(10))) interrupted = core.interrupted;
    }));
    board.type(std::string(5000, 'x'));
    board.type("\x03");
    board.run_for(from_ms(100));
    EXPECT_TRUE(interrupted);
    EXPECT_EQ(board.bridge().console_dropped, 5000U - 1024U) << "as a UART does";
}

TEST(SimBoard, the_watchdog_aborts_a_stuck_vm_and_makes_its_outputs_safe) {
    SimBoard board(with([](StandInCore& core) {
        core.sleep(from_ms(1000));
        core.write(door, true);
        while (!core.stop) core.inputs.computing(); // without a heartbeat, as native code that hangs
    }));
    board.link_up();
    board.run_for(from_ms(20000));
    ASSERT_EQ(board.trace("door_relay").size(), 2U);
    const std::int64_t off = board.trace("door_relay")[1].t_ms;
    EXPECT_GE(off, 1000 + 5000);
    EXPECT_LE(off, 1000 + 7000);
    const auto logs = board.frames(R"(["log","error","watchdog)");
    ASSERT_EQ(logs.size(), 2U) << "once for the abort and once when it did not help";
}

TEST(SimBoard, the_watchdog_leaves_a_vm_alone_that_waits_on_purpose) {
    SimBoard board(with([](StandInCore& core) { core.sleep(base::never); }));
    board.link_up();
    board.run_for(from_ms(60000));
    EXPECT_TRUE(board.frames(R"(["log","error")").empty());
}

TEST(SimBoard, an_app_that_stops_leaves_safe_outputs_whatever_it_wished_last) {
    SimBoard board(with([](StandInCore& core) {
        core.sleep(from_ms(1000));
        core.tell(message(bridge::HomeMessage::Op::app_stopped));
        core.write(door, true); // in the same breath: both are in the queues
        core.sleep(base::never);
    }));
    board.run_for(from_ms(3000));
    EXPECT_FALSE(board.level("door_relay"));
}

TEST(SimBoard, events_are_kept_while_the_link_is_down) {
    SimBoard board(with([](StandInCore& core) {
        core.tell(message(bridge::HomeMessage::Op::declare, "bell"));
        core.tell(message(bridge::HomeMessage::Op::declared));
        while (core.sleep(from_ms(1000))) {
            auto event = message(bridge::HomeMessage::Op::event, "bell");
            event.text = "ring";
            event.at = core.inputs.now();
            core.tell(event);
        }
    }));
    board.run_for(from_ms(20500));
    EXPECT_TRUE(board.frames(R"(["event")").empty());
    board.link_up();
    board.run_for(from_ms(100));
    const auto events = board.frames(R"(["event")");
    ASSERT_EQ(events.size(), 16U);
    EXPECT_EQ(events.back().json, R"(["event","bell","ring",{},20000])");
}

TEST(SimBoard, the_same_story_gives_the_same_trace_to_the_microsecond) {
    const auto tell = [] {
        SimBoard board(with([](StandInCore& core) {
            while (core.sleep(from_ms(1) + core.inputs.random() % 100000)) {
                core.write(2, (core.inputs.random() & 0x10000U) != 0);
                core.print("x");
                for (std::uint32_t i = core.inputs.random() % 50; i > 0; --i) core.compute();
            }
        }));
        board.link_up();
        board.run_for(from_ms(30000));
        std::string story = board.console();
        for (const Heard& frame : board.frames()) story += std::to_string(frame.t_ms) + frame.json;
        for (const Change& change : board.trace("status_led")) story += std::to_string(change.t_ms);
        return story;
    };
    const std::string first = tell();
    EXPECT_GT(first.size(), 5000U);
    EXPECT_EQ(first, tell());
}

TEST(SimBoard, a_power_cycle_switches_off_and_counts_a_boot) {
    SimBoard board(with([](StandInCore& core) {
        core.sleep(from_ms(1000));
        core.write(door, true);
        core.sleep(base::never);
    }));
    board.run_for(from_ms(1500));
    board.power_cycle();
    EXPECT_FALSE(board.level("door_relay"));
    EXPECT_EQ(board.trace("door_relay"), (Trace{{1000, true}, {1500, false}}));
    board.link_up();
    board.run_for(from_ms(4000));
    ASSERT_FALSE(board.frames(R"(["hello")").empty());
    EXPECT_NE(board.frames(R"(["hello")").back().json.find(R"("boot":2)"), std::string::npos);
}

} // namespace
} // namespace firmware::ports::sim
