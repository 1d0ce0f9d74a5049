// SPDX-License-Identifier: Apache-2.0
// Programs that nest without end or want more memory than there is: an exception, and a prompt that works.
#include "firmware/ports/sim/sim_board.hpp"

#include "boards/intercom.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firmware::ports::sim {
namespace {

using base::from_ms;
using ::testing::HasSubstr;

struct Nasty {
    const char* name;
    const char* body;    ///< of a function
    const char* outcome; ///< how its last line ends: the compiler meets either limit first
};

void PrintTo(const Nasty& nasty, std::ostream* out) { *out << nasty.name; }

class Limits : public ::testing::TestWithParam<Nasty> {
protected:
    static Options with_app(std::string source) {
        Options options;
        options.profile = &boards::intercom;
        options.app = "nasty";
        options.files = {{"app.py", std::move(source)}};
        return options;
    }
};

TEST_P(Limits, row_3_32_is_an_exception_and_the_prompt_works) {
    SimBoard board(with_app(std::string("def program():\n") + GetParam().body +
                            "\ntry:\n program()\n print('ended')\nexcept Exception as e: print(type(e).__name__)\n"
                            "print('alive')\n"));
    for (int i = 0; i < 100 && board.console().find("alive") == std::string::npos; ++i) board.run_for(from_ms(1000));
    EXPECT_THAT(board.console(), HasSubstr(std::string(GetParam().outcome) + "\r\nalive\r\n"));
    board.type("'%d' % (6 * 7)\r");
    board.run_for(from_ms(100));
    EXPECT_THAT(board.console(), HasSubstr("'42'"));
    EXPECT_TRUE(board.frames("[\"crash\"").empty());
}

INSTANTIATE_TEST_SUITE_P(
    Programs, Limits,
    ::testing::Values(
        Nasty{"python", " program()", "RuntimeError"}, //
        Nasty{"generator", " def f(): yield from f()\n list(f())", "RuntimeError"},
        Nasty{"repr", " a = []\n for i in range(3000): a = [a]\n repr(a)", "RuntimeError"},
        Nasty{"repr_method", " class A:\n  def __repr__(self): return repr(self)\n repr(A())", "RuntimeError"},
        Nasty{"hash_method", " class A:\n  def __hash__(self): return hash((self,))\n hash(A())", "RuntimeError"},
        Nasty{"getattr_method", " class A:\n  def __getattr__(self, n): return getattr(self, n)\n A().x",
              "RuntimeError"},
        Nasty{"hash", " t = ()\n for i in range(6000): t = (t,)\n hash(t)", "RuntimeError"},
        Nasty{"dict_key", " t = ()\n for i in range(6000): t = (t,)\n {t: 1}", "RuntimeError"},
        Nasty{"namedtuple",
              " from collections import namedtuple\n P = namedtuple('P', 'x')\n t = P(1)\n"
              " for i in range(5000): t = P(t)\n hash(t)",
              "RuntimeError"},
        Nasty{"frozenset", " t = frozenset()\n for i in range(2000): t = frozenset((t,))\n hash(t)", "RuntimeError"},
        Nasty{"dict_equal", " a = {}\n b = {}\n for i in range(900): a = {0: a}; b = {0: b}\n a == b", "ended"},
        Nasty{"tuple_equal", " a = b = ()\n for i in range(3000): a = (a,); b = (b,)\n a == b", "RuntimeError"},
        Nasty{"groups", " import re\n re.compile('(' * 5000 + ')' * 5000)", "RuntimeError"},
        Nasty{"greedy", " import re\n re.match('(a*)*b', 'a' * 5000)", "RuntimeError"},
        Nasty{"brackets", " eval('(' * 3000 + ')' * 3000)", "Error"},
        Nasty{"powers", " eval('2' + '**2' * 3000)", "Error"},
        Nasty{"ternaries", " eval('1 if 0 else ' * 5000 + '1')", "Error"},
        Nasty{"minus", " eval('-' * 9000 + '1')", "Error"},
        Nasty{"json", " import json\n json.loads('[' * 9000 + ']' * 9000)", "Error"},
        Nasty{"fill", " a = []\n while True: a.append(bytearray(1000))", "MemoryError"},
        Nasty{"fill_more", " a = []\n try:\n  while True: a.append([0] * 4)\n except MemoryError: a.append([0] * 9000)",
              "MemoryError"},
        Nasty{"huge", " bytearray(1 << 40)", "MemoryError"},
        Nasty{"long_number", " n = 1 << 40\n 1 << n", "MemoryError"},
        Nasty{"long_source", " exec('\\n'.join('v%d = [%d]' % (i, i) for i in range(9000)))", "MemoryError"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST_F(Limits, row_3_32_an_app_goes_on_after_any_number_of_overflows) {
    SimBoard board(with_app("t = ()\nfor i in range(6000): t = (t,)\nn = 0\nfor i in range(300):\n"
                            " try: hash(t)\n except RuntimeError: n += 1\nprint('overflows', n)\n"));
    board.run_for(from_ms(2000));
    EXPECT_THAT(board.console(), HasSubstr("overflows 300"));
}

} // namespace
} // namespace firmware::ports::sim
