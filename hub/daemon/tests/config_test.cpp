// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/config.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

namespace hub::daemon {
namespace {

struct ConfigTest : testing::Test {
    std::filesystem::path folder;
    std::map<std::string, std::string> variables;
    Settings flags;

    ConfigTest() {
        std::string name = (std::filesystem::temp_directory_path() / "ouro-config-XXXXXX").string();
        folder = ::mkdtemp(name.data());
        flags.data = folder.string();
    }
    ~ConfigTest() override { std::filesystem::remove_all(folder); }

    void write(std::string_view text, std::filesystem::perms mode = std::filesystem::perms::owner_read) const {
        std::ofstream(folder / "ouro.toml") << text;
        std::filesystem::permissions(folder / "ouro.toml", mode | std::filesystem::perms::owner_write);
    }
    base::Result<Config> load() const {
        return load_config(flags, [this](const char* variable) {
            const auto found = variables.find(variable);
            return found == variables.end() ? nullptr : found->second.c_str();
        });
    }
    std::string complaint() const {
        const auto config = load();
        return config ? "none" : std::string(config.error().message);
    }
};

TEST_F(ConfigTest, without_any_source_the_hub_stays_on_this_machine_and_brings_its_own_broker) {
    const auto config = load();
    ASSERT_TRUE(config);
    EXPECT_EQ(config->address, "127.0.0.1");
    EXPECT_EQ(config->port, 8321);
    EXPECT_EQ(config->broker.mode, BrokerMode::own);
    EXPECT_EQ(config->boards_dir, folder / "boards");
}

TEST_F(ConfigTest, ingress_is_off_until_it_is_named_and_listens_to_the_supervisor_alone) {
    EXPECT_EQ(load()->ingress.port, 0);
    write("[ingress]\nlisten = \"8099\"\n");
    EXPECT_EQ(load()->ingress.port, 8099);
    EXPECT_EQ(load()->ingress.address, "0.0.0.0");
    EXPECT_EQ(load()->ingress.sources, std::vector<std::string>{"172.30.32.2"});
    EXPECT_EQ(load()->port, 8321) << "the ordinary listener stays where it is";
    write("[ingress]\nlisten = \"127.0.0.1:8099\"\nsources = [\"127.0.0.1\"]\n");
    EXPECT_EQ(load()->ingress.address, "127.0.0.1");
    EXPECT_EQ(load()->ingress.sources, std::vector<std::string>{"127.0.0.1"});
    for (const char* wrong : {"[ingress]\nsources = [\"127.0.0.1\"]\n", "[ingress]\nlisten = \"x:y\"\n",
                              "[ingress]\nlisten = 8099\n", "[ingress]\nhost = \"x\"\n", "ingress = 1\n"}) {
        write(wrong);
        EXPECT_NE(complaint(), "none") << wrong;
    }
}

TEST_F(ConfigTest, a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default) {
    write("listen = \"127.0.0.1:1111\"\nlog_level = \"error\"\nboards_dir = \"from_file\"\n");
    EXPECT_EQ(load()->port, 1111);
    variables = {{"OURO_LISTEN", "127.0.0.1:2222"}, {"OURO_LOG_LEVEL", "warning"}};
    EXPECT_EQ(load()->port, 2222);
    flags.listen = "127.0.0.1:3333";
    const auto config = load();
    EXPECT_EQ(config->port, 3333);
    EXPECT_EQ(config->log_level, "warning");
    EXPECT_EQ(config->boards_dir, folder / "from_file") << "relative to the file";
}

TEST_F(ConfigTest, the_data_folder_comes_from_flag_variable_or_the_users_state_folder) {
    const auto folder_with = [](const std::optional<std::string>& flag, std::map<std::string, std::string> set) {
        return data_folder(flag, [set](const char* name) {
            const auto found = set.find(name);
            return found == set.end() ? nullptr : found->second.c_str();
        });
    };
    EXPECT_EQ(folder_with("/flag", {{"OURO_DATA", "/variable"}}), "/flag");
    EXPECT_EQ(folder_with({}, {{"OURO_DATA", "/variable"}, {"XDG_STATE_HOME", "/state"}}), "/variable");
    EXPECT_EQ(folder_with({}, {{"XDG_STATE_HOME", "/state"}, {"HOME", "/users/me"}}), "/state/ouroboard");
    EXPECT_EQ(folder_with({}, {{"OURO_DATA", ""}, {"HOME", "/users/me"}}), "/users/me/.local/state/ouroboard");
}

TEST_F(ConfigTest, an_unknown_key_is_refused_with_its_line) {
    write("# mine\nlisten = \"8321\"\nlissten = \"8322\"\n");
    EXPECT_EQ(complaint(), "ouro.toml, line 3: there is no setting \"lissten\"");
    write("[mqtt]\nhost = \"h\"\nuser = \"me\"\n");
    EXPECT_EQ(complaint(), "ouro.toml, line 3: there is no setting \"mqtt.user\"");
}

TEST_F(ConfigTest, a_wrong_type_or_broken_file_is_refused_with_its_line) {
    write("\nlisten = 8321\n");
    EXPECT_EQ(complaint(), "ouro.toml, line 2: listen must be a text");
    write("[mqtt]\nport = 65536\n");
    EXPECT_EQ(complaint(), "ouro.toml, line 2: mqtt.port must be a number from 1 to 65535");
    write("[mqtt]\ntls = \"yes\"\n");
    EXPECT_EQ(complaint(), "ouro.toml, line 2: mqtt.tls must be true or false");
    write("allowed_hosts = [\"a\", 5]\n");
    EXPECT_EQ(complaint(), "ouro.toml, line 1: allowed_hosts must be a list of texts");
    write("mqtt = 5\n");
    EXPECT_EQ(complaint(), "ouro.toml, line 1: mqtt must be a table");
    for (const char* broken : {"\n\n= broken\n", "\n\n[=]\n"}) {
        write(broken);
        EXPECT_EQ(complaint().substr(0, 19), "ouro.toml, line 3: ") << broken;
    }
}

TEST_F(ConfigTest, letters_beyond_ascii_belong_in_texts_and_comments) {
    write("\xEF\xBB\xBF# für \"uns\nboards_dir = \"T\\\"ür\" # ü\nallowed_hosts = ['ä', \"\"\"\nö\"\"\"]\n");
    EXPECT_EQ(complaint(), "none");
    for (const char* broken : {"\nlisten = Р\n", "\n\"listen\".é = 1\n", "\na = [[{b = 1979-0l:Р, c = \"x\"}]]\n",
                               "\na = 1\"é\"\n", "\na = 'b\né'\n", "\n[é]\n"}) {
        write(broken);
        EXPECT_TRUE(complaint().starts_with("ouro.toml, line ")) << broken << complaint();
    }
}

TEST_F(ConfigTest, an_empty_file_says_nothing) {
    write("");
    EXPECT_EQ(complaint(), "none");
}

TEST_F(ConfigTest, a_text_that_cannot_work_is_refused_with_its_line) {
    write("[mqtt]\nhost = \"\"\n");
    EXPECT_EQ(complaint(), "ouro.toml, line 2: mqtt.host must not be empty");
    for (const char* prefix : {"", "#", "a/+/b", "/a", "a/", "$SYS", "ouro", "ouro/a"}) {
        write("[mqtt]\ndiscovery_prefix = \"" + std::string(prefix) + "\"\n");
        EXPECT_TRUE(complaint().starts_with("ouro.toml, line 2: mqtt.discovery_prefix")) << prefix;
    }
    write("[mqtt]\ndiscovery = \"both\"\n");
    EXPECT_TRUE(complaint().starts_with("ouro.toml, line 2: mqtt.discovery must be"));
    write("[mqtt]\ndiscovery = \"device\"\n");
    EXPECT_TRUE(load()->discovery_by_device);
    write("[mqtt]\ndiscovery = \"entity\"\n");
    EXPECT_FALSE(load()->discovery_by_device);
    write("[mqtt]\ndiscovery_prefix = \"home/assistant\"\n");
    EXPECT_EQ(load()->discovery_prefix, "home/assistant");
    // An empty name would stand for every Host header that is none.
    write("allowed_hosts = [\"hub.lan\", \"\"]\n");
    EXPECT_EQ(complaint(), "ouro.toml, line 1: allowed_hosts must be a list of texts");
}

TEST_F(ConfigTest, a_broker_in_the_file_is_used_and_a_password_there_must_be_private) {
    using std::filesystem::perms;
    const char* text = "[mqtt]\nhost = \"broker.lan\"\nusername = \"ouro\"\npassword = \"secret\"\ntls = true\n";
    write(text);
    const auto config = load();
    ASSERT_TRUE(config);
    EXPECT_EQ(config->broker.mode, BrokerMode::external);
    EXPECT_EQ(config->broker.host, "broker.lan");
    EXPECT_EQ(config->broker.port, 8883);
    EXPECT_EQ(config->broker.password, "secret");
    write(text, perms::owner_read | perms::group_read);
    EXPECT_EQ(load().error().code, base::ErrorCode::refused);
    EXPECT_TRUE(load().error().hint.view().starts_with("chmod 600"));
    write("[mqtt]\nenabled = false\nhost = \"broker.lan\"\n");
    EXPECT_EQ(load()->broker.mode, BrokerMode::off);
}

TEST_F(ConfigTest, a_file_that_was_named_must_exist) {
    flags.config = (folder / "other.toml").string();
    EXPECT_EQ(load().error().code, base::ErrorCode::io);
    flags.config = folder.string();
    EXPECT_EQ(load().error().code, base::ErrorCode::io) << "a folder is no file";
}

TEST_F(ConfigTest, an_address_to_listen_on_is_checked_and_the_source_is_named) {
    for (const char* bad : {"", "x:", "127.0.0.1:65536", "127.0.0.1:-1", ":80", "[::1", "[::1]80", "127.0.0.1:80x"}) {
        flags.listen = bad;
        EXPECT_TRUE(complaint().starts_with("--listen: ")) << bad << ": " << complaint();
    }
    const auto listening = [&](const char* text) {
        flags.listen = text;
        const auto config = load();
        return config ? config->address + " " + std::to_string(config->port) : "refused";
    };
    EXPECT_EQ(listening("0.0.0.0:0"), "0.0.0.0 0");
    EXPECT_EQ(listening("[::1]:65535"), "::1 65535");
    EXPECT_EQ(listening("9000"), "127.0.0.1 9000");
    EXPECT_EQ(listening("0.0.0.0"), "0.0.0.0 8321") << "no port: the default, not what the address begins with";
    EXPECT_EQ(listening("192.168.1.20"), "192.168.1.20 8321");
    flags.listen.reset();
    variables["OURO_LISTEN"] = "nowhere:far";
    EXPECT_TRUE(complaint().starts_with("OURO_LISTEN: "));
}

TEST_F(ConfigTest, allowed_hosts_are_separated_by_commas) {
    variables["OURO_ALLOWED_HOSTS"] = "hub.lan,,ouro.home.arpa,";
    EXPECT_EQ(load()->allowed_hosts, (std::vector<std::string>{"hub.lan", "ouro.home.arpa"}));
}

TEST_F(ConfigTest, ports_are_named_in_the_file_or_by_commas) {
    write("ports = [\"10c4:ea60\", \"!E6614C\"]\n");
    EXPECT_EQ(load()->ports, *workbench::PortRule::parse({"10c4:ea60", "!E6614C"}));
    variables["OURO_PORTS"] = "none,/dev/ttyUSB0";
    EXPECT_EQ(load()->ports, *workbench::PortRule::parse({"none", "/dev/ttyUSB0"}));
    variables["OURO_PORTS"] = "a b";
    EXPECT_EQ(complaint(), "OURO_PORTS: \"a b\" names no port");
    write("listen = \"8321\"\nports = [\"!\"]\n");
    EXPECT_EQ(complaint(), "ouro.toml, line 2: \"!\" names no port");
    write("ports = \"10c4:ea60\"\n");
    EXPECT_EQ(complaint(), "ouro.toml, line 1: ports must be a list of texts");
}

TEST(ParseBroker, understands_user_password_port_and_tls) {
    const auto broker = parse_broker("mqtt://me:p%40ss%3Aword@host.lan:1884/");
    ASSERT_TRUE(broker);
    EXPECT_EQ(broker->username, "me");
    EXPECT_EQ(broker->password, "p@ss:word");
    EXPECT_EQ(broker->host, "host.lan");
    EXPECT_EQ(broker->port, 1884);
    EXPECT_FALSE(broker->tls);
    EXPECT_EQ(parse_broker("mqtts://host")->port, 8883);
    EXPECT_EQ(parse_broker("mqtt://[::1]")->host, "::1");
    EXPECT_EQ(parse_broker("none")->mode, BrokerMode::off);
    EXPECT_EQ(parse_broker("own")->mode, BrokerMode::own);
}

TEST(ParseBroker, refuses_what_is_no_address_without_repeating_a_password) {
    for (const char* bad : {"", "host", "http://host", "mqtt://", "mqtt://u:secret@", "mqtt://h:0", "mqtt://h:99999",
                            "mqtt://u:%zz@h", "mqtt://u:secret@h:x"}) {
        const auto broker = parse_broker(bad);
        ASSERT_FALSE(broker) << bad;
        EXPECT_EQ(broker.error().message.view().find("secret"), std::string_view::npos);
    }
}

} // namespace
} // namespace hub::daemon
