// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/stored_secrets.hpp"

#include "hub/core/times.hpp"
#include "hub/daemon/secret_store.hpp"

namespace hub::daemon {

using base::ErrorCode;
using core::SecretFacts;

base::Result<> check_secret_name(std::string_view name) {
    if (workbench::is_secret_name(name)) return {};
    return base::fail(ErrorCode::invalid_argument, "\"" + std::string(name) + "\" can't be a secret's name",
                      "1 to 48 letters, digits and _, and no digit first.");
}

std::string board_words(const std::string& uid) { return uid.empty() ? "all boards" : "board " + uid; }

base::Result<std::vector<SecretFacts>> StoredSecrets::list() const {
    const auto store = SecretStore::open(data_, SecretStore::Purpose::read);
    if (!store) return tl::unexpected(store.error());
    std::vector<SecretFacts> facts;
    for (const KeptSecret& secret : store->all()) facts.push_back({secret.name, secret.board, secret.set_at_ms});
    return facts;
}

base::Result<SecretFacts> StoredSecrets::keep(const std::string& name, const std::string& board,
                                              const std::string& value) {
    if (const auto good = check_secret_name(name); !good) return tl::unexpected(good.error());
    if (!workbench::is_secret_value(value)) {
        return base::fail(
            ErrorCode::invalid_argument, "A secret is one line of 1 to 1024 bytes",
            "Nothing was changed. A longer text, such as a certificate, goes into a file of the app's folder.");
    }
    auto store = SecretStore::open(data_, SecretStore::Purpose::change);
    if (!store) return tl::unexpected(store.error());
    const SecretFacts facts{name, board, core::ms_of(core::wall_now())};
    if (const auto set = store->set({name, board, value, facts.set_at_ms}); !set) return tl::unexpected(set.error());
    if (const auto saved = store->save(); !saved) return tl::unexpected(saved.error());
    return facts;
}

base::Result<> StoredSecrets::remove(const std::string& name, const std::string& board) {
    if (const auto good = check_secret_name(name); !good) return good;
    auto store = SecretStore::open(data_, SecretStore::Purpose::change);
    if (!store) return tl::unexpected(store.error());
    if (!store->remove(name, board)) {
        return base::fail(ErrorCode::not_found, "No " + name + " is kept for " + board_words(board),
                          "`ouro secrets list` shows what is.");
    }
    return store->save();
}

} // namespace hub::daemon
