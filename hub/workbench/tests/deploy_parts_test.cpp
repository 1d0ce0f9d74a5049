// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/deploy_parts.hpp"

#include "hub/workbench/deploy_kit.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace hub::workbench {
namespace {

using base::ErrorCode;
using Names = std::vector<std::string>;

AppFolder app_of(const std::map<std::string, std::string>& files) {
    AppFolder app{"door", {}, {}};
    for (const auto& [path, text] : files) add_made_file(app, path, text);
    finish_app(app);
    return app;
}

std::string text_of(const AppFolder& app, const std::string& path) {
    const auto found = std::find_if(app.files.begin(), app.files.end(), [&](const auto& f) { return f.path == path; });
    return found == app.files.end() ? "(no such file)" : *content_of(*found);
}

BoardFacts stock(bool has_network = true) { return {false, false, "c0ffee01", kit_mpy_version(), has_network}; }

std::map<std::string, Names> configs_of(const std::map<std::string, std::string>& files) {
    const auto needs = app_needs(app_of(files));
    return needs ? needs->configs : std::map<std::string, Names>{{"refused", {}}};
}

TEST(AppNeeds, an_app_that_imports_ha_needs_it_unless_it_brings_its_own) {
    const auto needs_ha = [](const std::map<std::string, std::string>& files) { return app_needs(app_of(files))->ha; };
    for (const std::string line : {"import ha\n", "import time, ha\n", "x = 1\nfrom ha import run\n",
                                   "import gc as g, ha as home\n", "if 1:\n    import ha"}) {
        EXPECT_TRUE(needs_ha({{"app.py", line}})) << line;
        EXPECT_FALSE(needs_ha({{"app.py", line}, {"ha/__init__.py", ""}})) << line;
    }
    for (const std::string line : {"import hal\n", "import aha\n", "# import ha\n", "s = 'import ha'\n"}) {
        EXPECT_FALSE(needs_ha({{"app.py", line}})) << line;
    }
}

TEST(AppNeeds, names_are_found_however_they_are_imported) {
    EXPECT_EQ(configs_of({{"app.py", "from secret_config import B, A as X # why\n"}}),
              (std::map<std::string, Names>{{"secret_config.py", {"A", "B"}}}));
    EXPECT_EQ(configs_of({{"src/app.py", "from src.config.secret_config import (\n    A,\n    B,\n)\nrun(C)\n"}}),
              (std::map<std::string, Names>{{"src/config/secret_config.py", {"A", "B"}}}));
    EXPECT_EQ(configs_of({{"app.py", "import secret_config as c\nprint(c.A, c.B, secret.C)\n"}}),
              (std::map<std::string, Names>{{"secret_config.py", {"A", "B"}}}));
    EXPECT_EQ(configs_of({{"app.py", "import secret_config\nprint(secret_config.A)\n"}}),
              (std::map<std::string, Names>{{"secret_config.py", {"A"}}}));
    EXPECT_EQ(configs_of({{"src/a/app.py", "from ..config import secret_config\nsecret_config.A\n"}}),
              (std::map<std::string, Names>{{"src/config/secret_config.py", {"A"}}}));
    EXPECT_EQ(configs_of({{"app.toml", "secrets = [\"KEY\"]\n[config]\nsecrets = [\"no\"]\n"}, {"app.py", ""}}),
              (std::map<std::string, Names>{{"secret_config.py", {"KEY"}}}));
    EXPECT_EQ(configs_of({{"app.py", "from secret_config import A\n"}, {"secret_config.py", "A = 1\n"}}),
              (std::map<std::string, Names>{}));
}

TEST(AppNeeds, whoever_takes_all_has_to_say_what_that_is) {
    EXPECT_EQ(configs_of({{"app.py", "from secret_config import *\n"}}),
              (std::map<std::string, Names>{{"refused", {}}}));
    EXPECT_EQ(configs_of({{"app.py", "from secret_config import *\n"}, {"app.toml", "[app]\nsecrets = ['A']\n"}}),
              (std::map<std::string, Names>{{"secret_config.py", {"A"}}}));
    EXPECT_EQ(configs_of({{"app.py", ""}, {"app.toml", "secrets = [\"../x\"]\n"}}),
              (std::map<std::string, Names>{{"refused", {}}}));
}

TEST(AppParts, a_stock_board_gets_ha_and_the_settings_that_it_can_use) {
    const Secrets secrets{{"WIFI_SSID", "net"},
                          {"HA_PASSWORD", "a\"b\\c"},
                          {"HA_PORT", "8883"},
                          {"HA_NAME", "Porch"},
                          {"API_KEY", "not for this app"}};
    AppFolder app = app_of({{"app.py", "import ha\n"}});
    ASSERT_TRUE(add_parts(app, *app_needs(app), stock(), secrets, "salt"));
    EXPECT_EQ(text_of(app, "settings.toml"), "# Written by `ouro deploy`.\nCIRCUITPY_WIFI_SSID = \"net\"\n"
                                             "HA_PASSWORD = \"a\\\"b\\\\c\"\nHA_PORT = 8883\nHA_NAME = \"Porch\"\n");
    EXPECT_EQ(text_of(app, "ha/__init__.mpy").substr(0, 1), "M");
    EXPECT_EQ(text_of(app, "secret_config.py"), "(no such file)");

    AppFolder serial = app_of({{"app.py", "import ha\n"}});
    ASSERT_TRUE(add_parts(serial, *app_needs(serial), stock(false), secrets, "salt"));
    EXPECT_EQ(text_of(serial, "settings.toml"), "# Written by `ouro deploy`.\nHA_NAME = \"Porch\"\n");
}

TEST(AppParts, bytecode_of_another_version_is_not_sent) {
    AppFolder app = app_of({{"app.py", "import ha\n"}});
    BoardFacts board = stock();
    ++board.mpy_version;
    ASSERT_TRUE(add_parts(app, *app_needs(app), board, {}, ""));
    EXPECT_EQ(text_of(app, "ha/__init__.py").substr(0, 6), "# SPDX");
    EXPECT_EQ(text_of(app, "ha/__init__.mpy"), "(no such file)");
    EXPECT_EQ(text_of(app, "ha/_cpython.py"), "(no such file)");
}

TEST(AppParts, circuitpython_gets_sources_and_the_name_that_it_lacks) {
    AppFolder app = app_of({{"app.py", "import ha\nfrom machine import Pin\n"}});
    ASSERT_TRUE(add_parts(app, *app_needs(app), {false, true, "c0ffee01", 0, false}, {}, ""));
    EXPECT_EQ(text_of(app, "ha/_circuitpython.py").substr(0, 6), "# SPDX");
    EXPECT_NE(text_of(app, "machine.py").find("import Pin"), std::string::npos);

    AppFolder own = app_of({{"app.py", "import ha\n"}, {"machine.py", "mine"}});
    ASSERT_TRUE(add_parts(own, *app_needs(own), {false, true, "c0ffee01", 0, false}, {}, ""));
    EXPECT_EQ(text_of(own, "machine.py"), "mine");
}

TEST(AppParts, our_firmware_gets_only_the_secrets_that_the_app_names) {
    AppFolder app = app_of({{"app.py", "import ha\nfrom secret_config import API_KEY\n"}});
    const BoardFacts ours{true, false, "abcd1234", 6, false};
    ASSERT_TRUE(add_parts(app, *app_needs(app), ours, {{"API_KEY", "k'\n"}, {"WIFI_SSID", "net"}}, ""));
    ASSERT_EQ(app.files.size(), 2U);
    EXPECT_EQ(text_of(app, "secret_config.py"), "# Written by `ouro deploy`.\nAPI_KEY = 'k\\'\\x0a'\n");
}

TEST(AppParts, row_2_17_a_secret_that_is_missing_is_named_and_an_older_name_will_do) {
    AppFolder app = app_of({{"main.py", "from secret_config import MQTT_SERVER, TOKEN\n"}});
    const auto refused = add_parts(app, *app_needs(app), stock(), {{"HA_BROKER", "10.0.0.2"}}, "");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::not_found);
    EXPECT_EQ(refused.error().message.view(), "the app reads secrets that are not kept here: TOKEN");
    ASSERT_TRUE(add_parts(app, *app_needs(app), stock(), {{"HA_BROKER", "10.0.0.2"}, {"TOKEN", "t"}}, ""));
    EXPECT_EQ(text_of(app, "secret_config.py"), "# Written by `ouro deploy`.\nMQTT_SERVER = '10.0.0.2'\nTOKEN = 't'\n");
}

TEST(AppParts, a_version_does_not_tell_what_a_secret_is_but_another_one_is_another_version) {
    const auto version = [](const std::string& value, const std::string& salt) {
        AppFolder app = app_of({{"app.py", "from secret_config import A\n"}});
        EXPECT_TRUE(add_parts(app, *app_needs(app), stock(), {{"A", value}}, salt));
        return app.version;
    };
    EXPECT_EQ(version("one", "s"), version("one", "s"));
    EXPECT_NE(version("one", "s"), version("two", "s"));
    EXPECT_NE(version("one", "s"), version("one", "t"));
}

TEST(SecretMask, a_secret_is_hidden_in_whatever_pieces_it_comes) {
    const std::string said = "joined with hunter22 and hunter2, then hunter\n";
    for (std::size_t size = 1; size <= said.size(); ++size) {
        SecretMask mask({{"A", "hunter2"}, {"B", "hunter22"}, {"C", "abc"}, {"HA_BROKER", "joined"}});
        std::string shown;
        for (std::size_t at = 0; at < said.size(); at += size) shown += mask(said.substr(at, size));
        EXPECT_EQ(shown + mask.end(), "joined with ****** and ******, then hunter\n") << size;
    }
}

TEST(SecretMask, what_only_began_like_a_secret_is_shown_in_the_end) {
    SecretMask mask(Secrets{{"A", "hunter2"}});
    EXPECT_EQ(mask("the hunt"), "the ");
    EXPECT_EQ(mask.end(), "hunt");
}

TEST(SecretNames, are_those_of_python) {
    EXPECT_TRUE(is_secret_name("WIFI_PASSWORD") && is_secret_name("_a9"));
    for (const std::string_view name : {"", "9A", "A-B", "A B", "a.b", "\xc3\xbc"}) EXPECT_FALSE(is_secret_name(name));
    EXPECT_TRUE(is_secret_name(std::string(48, 'A')));
    EXPECT_FALSE(is_secret_name(std::string(49, 'A')));
    EXPECT_TRUE(is_secret_value(std::string(1024, 'x')) && is_secret_value("p\xc3\xa4ss wort"));
    for (const std::string& value : {std::string(1025, 'x'), std::string(), std::string("a\nb")}) {
        EXPECT_FALSE(is_secret_value(value));
    }
}

} // namespace
} // namespace hub::workbench
