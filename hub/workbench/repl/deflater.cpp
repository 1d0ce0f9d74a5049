// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/repl/deflater.hpp"

#include "base/expect.hpp"

#include <zlib.h>

namespace hub::workbench {

namespace {

class ZStream {
public:
    explicit ZStream(int window_bits) {
        constexpr int memory_level = 9;
        expect(deflateInit2(&z_, Z_BEST_COMPRESSION, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY) ==
               Z_OK);
    }
    ~ZStream() { deflateEnd(&z_); }
    ZStream(const ZStream&) = delete;
    ZStream& operator=(const ZStream&) = delete;

    std::string pack(std::string_view piece, int flush) {
        std::string packed(deflateBound(&z_, static_cast<uLong>(piece.size())) + 16, '\0');
        z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data())); // zlib only reads it
        z_.avail_in = static_cast<uInt>(piece.size());
        z_.next_out = reinterpret_cast<Bytef*>(packed.data());
        z_.avail_out = static_cast<uInt>(packed.size());
        ::deflate(&z_, flush);
        expect(z_.avail_in == 0 && z_.avail_out > 0);
        packed.resize(packed.size() - z_.avail_out);
        return packed;
    }

private:
    z_stream z_{};
};

} // namespace

struct Deflater::Stream : ZStream {
    using ZStream::ZStream;
};

Deflater::Deflater(int window_bits) : stream_(std::make_unique<Stream>(window_bits)) {}

Deflater::~Deflater() = default;

std::string Deflater::pack(std::string_view piece) { return stream_->pack(piece, Z_SYNC_FLUSH); }

std::optional<std::string> deflated(std::string_view bytes, int window_bits) {
    std::string packed = ZStream(window_bits).pack(bytes, Z_FINISH);
    if (packed.size() + packed.size() / 8 >= bytes.size()) return std::nullopt;
    return packed;
}

} // namespace hub::workbench
