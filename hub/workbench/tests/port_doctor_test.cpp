// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/port_doctor.hpp"

#include "base/tests/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace hub::workbench {
namespace {

namespace fs = std::filesystem;
using Checks = std::vector<std::string>;

/// A machine in a folder, on which nothing is wrong.
class PortDoctor : public testing::Test {
protected:
    PortDoctor() {
        machine_.root = folder_.path();
        machine_.uid = ::getuid() + 1; // never the owner of this test's files
        machine_.groups = {1000};
        machine_.user = "ada";
        fs::create_directories(folder_.path() / "dev/serial");
        write("/dev/ttyUSB0", "");
        mode(0666);
        port_.port.path = "/dev/ttyUSB0";
    }
    void write(const fs::path& path, const std::string& text) {
        fs::create_directories((folder_.path() / path.relative_path()).parent_path());
        std::ofstream(folder_.path() / path.relative_path()) << text;
    }
    void mode(unsigned bits) {
        ASSERT_EQ(::chmod((folder_.path() / "dev/ttyUSB0").c_str(), bits), 0);
        struct stat status {};
        ASSERT_EQ(::stat((folder_.path() / "dev/ttyUSB0").c_str(), &status), 0);
        gid_ = status.st_gid;
    }
    std::vector<PortFinding> examine() { return examine_ports(machine_, {port_}, without_port_); }
    PortFinding only() {
        const auto findings = examine();
        EXPECT_EQ(findings.size(), 1U);
        for (const PortFinding& finding : findings) {
            EXPECT_FALSE(finding.message.empty() || finding.fix.empty());
            EXPECT_EQ(finding.fix.find('\n'), std::string::npos) << "a fix is one line";
        }
        return findings.empty() ? PortFinding{} : findings.front();
    }

    base::tests::TemporaryFolder folder_;
    Machine machine_;
    ExaminedPort port_;
    std::vector<std::string> without_port_;
    unsigned gid_ = 0;
};

TEST_F(PortDoctor, finds_nothing_where_nothing_is_wrong) { EXPECT_TRUE(examine().empty()); }

TEST_F(PortDoctor, row_1_16_a_port_that_may_not_be_opened_names_the_group_and_the_command) {
    mode(0660);
    if (gid_ == 0) { // a group that a person may not join: only the rules help
        EXPECT_NE(only().fix.find("60-ouroboard.rules"), std::string::npos);
        ASSERT_EQ(::chown((folder_.path() / "dev/ttyUSB0").c_str(), ::getuid(), 20), 0);
        gid_ = 20;
    }
    write("/etc/group", "dialout:x:" + std::to_string(gid_) + ":bob\n");
    EXPECT_EQ(only().check, "rights");
    EXPECT_EQ(only().message, "you may not open /dev/ttyUSB0: you are not in group dialout");
    EXPECT_EQ(only().fix, "sudo usermod -aG dialout ada, then log out and in again");
    write("/etc/group", "dialout:x:" + std::to_string(gid_) + ":bob,ada\n");
    EXPECT_EQ(only().fix, "Log out and in again, or for one shell: newgrp dialout");
    machine_.groups.push_back(gid_);
    EXPECT_TRUE(examine().empty());
}

TEST_F(PortDoctor, reading_without_writing_is_not_enough_and_root_may_all) {
    mode(0664);
    machine_.groups = {};
    EXPECT_EQ(only().check, "rights");
    machine_.uid = 0;
    EXPECT_TRUE(examine().empty());
}

TEST_F(PortDoctor, a_port_that_is_not_in_a_containers_dev_is_told) {
    port_.port.path = "/dev/ttyACM9";
    EXPECT_EQ(only().message, "/dev/ttyACM9 is not in this machine's /dev");
}

TEST_F(PortDoctor, another_program_on_the_port_is_wrong_and_our_hub_is_not) {
    port_.holder = PortHolder{"screen", 4711};
    EXPECT_EQ(only().message, "/dev/ttyUSB0 is held by screen (pid 4711)");
    EXPECT_EQ(only().fix, "Close that program, or end it: kill 4711");
    port_.holder->program = "ouro";
    EXPECT_TRUE(examine().empty());
}

TEST_F(PortDoctor, brlttys_rules_are_wrong_unless_they_are_off) {
    const std::string rule = "ENV{PRODUCT}==\"1a86/7523/*\", ENV{BRLTTY_BRAILLE_DRIVER}=\"bm\"\n";
    write("/lib/udev/rules.d/85-brltty.rules", "# " + rule);
    EXPECT_TRUE(examine().empty());
    write("/lib/udev/rules.d/85-brltty.rules", rule);
    EXPECT_EQ(only().message, "brltty takes these adapters for Braille displays: CH340");
    EXPECT_NE(only().fix.find("/etc/udev/rules.d/85-brltty.rules"), std::string::npos);
    write("/etc/udev/rules.d/85-brltty.rules", ""); // hides the other
    EXPECT_TRUE(examine().empty());
}

TEST_F(PortDoctor, modem_manager_is_wrong_without_our_rules) {
    write("/proc/321/comm", "ModemManager\n");
    EXPECT_EQ(only().check, "modemmanager");
    write("/etc/udev/rules.d/60-ouroboard.rules", udev_rules());
    EXPECT_TRUE(examine().empty());
}

TEST_F(PortDoctor, missing_links_are_worth_knowing_but_not_wrong) {
    fs::remove(folder_.path() / "dev/serial");
    EXPECT_EQ(only().check, "links");
    EXPECT_FALSE(only().is_wrong);
    EXPECT_TRUE(examine_ports(machine_, {}, {}).empty()) << "where no port is, none is needed";
}

TEST_F(PortDoctor, an_adapter_without_a_port_is_wrong) {
    without_port_ = {"CH340 (1a86:7523 at 1-2)"};
    EXPECT_EQ(only().message, "CH340 (1a86:7523 at 1-2) is plugged in, but has got no port");
}

} // namespace
} // namespace hub::workbench
