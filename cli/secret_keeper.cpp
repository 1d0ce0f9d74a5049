// SPDX-License-Identifier: Apache-2.0
#include "cli/secret_keeper.hpp"

#include "cli/secret_store.hpp"
#include "cli/terminal.hpp"

namespace cli {

using base::ErrorCode;
using hub::core::SecretFacts;

namespace {

tl::unexpected<base::Error> error_of(const Failure& failure, ErrorCode code) {
    return base::fail(code, failure.message, failure.hint);
}

/// Of a file that can't be opened or written.
tl::unexpected<base::Error> error_of(const Failure& failure) {
    return error_of(failure, failure.exit == exit_refused ? ErrorCode::refused : ErrorCode::io);
}

} // namespace

base::Result<> check_secret_name(std::string_view name) {
    if (hub::workbench::is_secret_name(name)) return {};
    return base::fail(ErrorCode::invalid_argument, "\"" + std::string(name) + "\" can't be a secret's name",
                      "1 to 48 letters, digits and _, and no digit first.");
}

std::string board_words(const std::string& uid) { return uid.empty() ? "all boards" : "board " + uid; }

base::Result<std::vector<SecretFacts>> StoredSecrets::list() const {
    const auto store = SecretStore::open(data_, SecretStore::Purpose::read);
    if (!store) return error_of(store.error());
    std::vector<SecretFacts> facts;
    for (const KeptSecret& secret : store->all()) facts.push_back({secret.name, secret.board, secret.set_at_ms});
    return facts;
}

base::Result<SecretFacts> StoredSecrets::keep(const std::string& name, const std::string& board,
                                              const std::string& value) {
    if (const auto good = check_secret_name(name); !good) return tl::unexpected(good.error());
    if (!hub::workbench::is_secret_value(value)) {
        return base::fail(ErrorCode::invalid_argument, "A secret is one line of 1 to 1024 bytes",
                          "Nothing was changed.");
    }
    auto store = SecretStore::open(data_, SecretStore::Purpose::change);
    if (!store) return error_of(store.error());
    const SecretFacts facts{name, board, now_ms()};
    if (const auto kept = store->set({name, board, value, facts.set_at_ms}); !kept) {
        return error_of(kept.error(), ErrorCode::full);
    }
    if (const auto saved = store->save(); !saved) return error_of(saved.error());
    return facts;
}

base::Result<> StoredSecrets::remove(const std::string& name, const std::string& board) {
    if (const auto good = check_secret_name(name); !good) return good;
    auto store = SecretStore::open(data_, SecretStore::Purpose::change);
    if (!store) return error_of(store.error());
    if (!store->remove(name, board)) {
        return base::fail(ErrorCode::not_found, "No " + name + " is kept for " + board_words(board),
                          "`ouro secrets list` shows what is.");
    }
    if (const auto saved = store->save(); !saved) return error_of(saved.error());
    return {};
}

} // namespace cli
