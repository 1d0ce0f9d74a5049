// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/broker_address.hpp"

#include "base/tests/temporary_folder.hpp"
#include "hub/home/broker_files.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace hub::daemon {
namespace {

using base::tests::TemporaryFolder;

TEST(FindBroker, finds_the_hubs_own_where_it_has_left_word) {
    const TemporaryFolder folder;
    Config config;
    config.data = folder.path();
    EXPECT_EQ(find_broker(config).error().code, base::ErrorCode::invalid_state);
    const auto made = home::load_broker_access(folder.path());
    ASSERT_TRUE(made);
    const auto found = find_broker(config);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->host, "127.0.0.1");
    EXPECT_EQ(found->port, made->port);
    EXPECT_EQ(found->username, made->username);
    EXPECT_EQ(found->password, made->password);
    EXPECT_FALSE(found->tls);
}

TEST(FindBroker, does_not_take_a_damaged_word) {
    const TemporaryFolder folder;
    Config config;
    config.data = folder.path();
    std::ofstream(folder.path() / "broker.json") << R"({"port":"1883"})";
    EXPECT_EQ(find_broker(config).error().code, base::ErrorCode::malformed);
}

TEST(FindBroker, takes_another_broker_from_the_configuration_with_its_files) {
    Config config;
    config.broker = {BrokerMode::external, "mqtt.example", 8883, "user", "secret", true, "ca", "cert", "key"};
    const auto found = find_broker(config);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->host, "mqtt.example");
    EXPECT_EQ(found->port, 8883);
    EXPECT_EQ(found->username, "user");
    EXPECT_EQ(found->password, "secret");
    EXPECT_TRUE(found->tls);
    EXPECT_EQ(found->tls_ca_file, "ca");
    EXPECT_EQ(found->tls_cert_file, "cert");
    EXPECT_EQ(found->tls_key_file, "key");
    config.broker.mode = BrokerMode::off;
    EXPECT_EQ(find_broker(config).error().code, base::ErrorCode::invalid_state);
}

} // namespace
} // namespace hub::daemon
