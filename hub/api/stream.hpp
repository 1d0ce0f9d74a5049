// SPDX-License-Identifier: Apache-2.0
// The one kind of stream that everything in the API is compiled for: TCP and Unix sockets alike.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>

namespace hub::api {

using Socket = boost::asio::generic::stream_protocol::socket;
using Stream = boost::beast::basic_stream<boost::asio::generic::stream_protocol>;

} // namespace hub::api
