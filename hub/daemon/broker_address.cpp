// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/broker_address.hpp"

#include "hub/home/broker_files.hpp"

namespace hub::daemon {

using base::ErrorCode;

namespace {

base::Result<home::BrokerAddress> find_own(const std::filesystem::path& data) {
    const auto access = home::find_broker_access(data);
    if (!access) return tl::unexpected(access.error());
    if (!*access) return base::fail(ErrorCode::invalid_state, "The hub has no broker", "Is it another --data?");
    return home::BrokerAddress{home::BrokerAccess::host, (*access)->port, (*access)->username, (*access)->password};
}

} // namespace

home::BrokerAddress address_of(const Broker& broker) {
    return {broker.host, broker.port,    broker.username,  broker.password,
            broker.tls,  broker.ca_file, broker.cert_file, broker.key_file};
}

base::Result<home::BrokerAddress> find_broker(const Config& config) {
    switch (config.broker.mode) {
    case BrokerMode::own: return find_own(config.data);
    case BrokerMode::external: return address_of(config.broker);
    case BrokerMode::off: break;
    }
    return base::fail(ErrorCode::invalid_state, "The hub's configuration names no broker",
                      "Set [broker] url, or OURO_BROKER.");
}

} // namespace hub::daemon
