// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/net/web_files.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace hub::workbench {
namespace {

/// Answers what the test says, by method and target; anything else is a failure. Notes every request.
class ScriptedBoard final : public WebBoard {
public:
    struct Answer {
        unsigned status = 200;
        std::string body;
    };

    base::Result<unsigned> ask(const WebRequest& request, const Sink& sink) override {
        std::string line = request.method + " " + request.target;
        if (!request.destination.empty()) line += " to " + request.destination;
        asked.push_back(line);
        auto& answers = script[line];
        if (answers.empty()) {
            ADD_FAILURE() << "nobody expected " << line;
            return 404U;
        }
        const Answer answer = answers.front();
        if (answers.size() > 1) answers.erase(answers.begin());
        if (answer.status != 200) return answer.status;
        if (auto taken = sink(answer.body); !taken) return tl::unexpected(taken.error());
        return answer.status;
    }

    std::map<std::string, std::vector<Answer>> script;
    std::vector<std::string> asked;
};

std::string file(const std::string& name, std::size_t size) {
    return R"({"name":")" + name + R"(","directory":false,"modified_ns":1,"file_size":)" + std::to_string(size) + "}";
}

class WebFilesTest : public testing::Test {
protected:
    ScriptedBoard board_;
    WebFiles files_{board_};
};

TEST_F(WebFilesTest, lists_in_the_forms_of_old_and_new_versions) {
    const std::string folder = R"({"name":"lib","directory":true,"modified_ns":1,"file_size":0})";
    const std::string array = "[" + folder + "," + file("code.py", 7) + "]";
    board_.script["GET /fs/"] = {{200, array}, {200, R"({"free":1,"total":2,"block_size":512,"files":)" + array + "}"}};
    for (int i = 0; i < 2; ++i) {
        const auto listed = files_.list("/");
        ASSERT_TRUE(listed) << listed.error().message.view();
        ASSERT_EQ(listed->size(), 2U);
        EXPECT_EQ(listed->front().path, "code.py");
        EXPECT_EQ(listed->front().size, 7U);
        EXPECT_TRUE(listed->back().is_folder);
    }
    const auto space = files_.space("");
    ASSERT_TRUE(space);
    EXPECT_EQ(space->free, 512U);
    EXPECT_EQ(space->total, 1024U);
}

TEST_F(WebFilesTest, believes_no_name_that_leads_elsewhere_and_no_other_nonsense) {
    for (const std::string& body :
         {std::string("["), std::string("7"), std::string("{}"), std::string("[7]"), "[" + file("..", 1) + "]",
          "[" + file("a/b", 1) + "]", "[" + file("", 1) + "]", "[" + file("a\\u0000", 1) + "]",
          std::string(R"([{"name":"a","directory":false,"file_size":-1}])"),
          std::string(R"([{"name":7,"directory":false,"file_size":1}])")}) {
        board_.script["GET /fs/lib/"] = {{200, body}};
        const auto listed = files_.list("lib");
        ASSERT_FALSE(listed) << body;
        EXPECT_EQ(listed.error().code, base::ErrorCode::malformed) << body;
    }
}

TEST_F(WebFilesTest, encodes_names_and_refuses_paths_that_do_not_fit) {
    board_.script["GET /fs/lib/it%27s%20gr%C3%B6%C3%9Fer"] = {{200, "x"}};
    const auto sink = [](std::string_view) -> base::Result<> { return {}; };
    EXPECT_TRUE(files_.read("/lib//./it's größer", sink));
    EXPECT_EQ(files_.read("a/../b", sink).error().code, base::ErrorCode::invalid_argument);
    board_.script["GET /fs/" + std::string(251, 'x')] = {{200, "x"}};
    EXPECT_TRUE(files_.read(std::string(251, 'x'), sink));
    EXPECT_EQ(files_.read(std::string(252, 'x'), sink).error().code, base::ErrorCode::invalid_argument);
}

TEST_F(WebFilesTest, writes_aside_reads_back_and_takes_the_name) {
    board_.script = {{"PUT /fs/lib/.ouro-part", {{201, ""}}},
                     {"GET /fs/lib/.ouro-part", {{200, "new"}}},
                     {"MOVE /fs/lib/.ouro-part to /fs/lib/a.py", {{201, ""}}}};
    std::string written;
    files_.on_written([&](const std::string& path) { written = path; });
    EXPECT_TRUE(files_.write("lib/a.py", "new"));
    EXPECT_EQ(written, "lib/a.py");
    EXPECT_EQ(board_.asked.size(), 3U);
}

TEST_F(WebFilesTest, what_reads_back_as_something_else_never_takes_the_name) {
    board_.script = {{"PUT /fs/.ouro-part", {{204, ""}}},
                     {"GET /fs/.ouro-part", {{200, "nex"}}},
                     {"DELETE /fs/.ouro-part", {{204, ""}}}};
    const auto written = files_.write("a.py", "new");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, base::ErrorCode::io);
    EXPECT_EQ(board_.asked.back(), "DELETE /fs/.ouro-part");
}

TEST_F(WebFilesTest, a_folder_is_never_deleted_for_a_file_of_its_name) {
    board_.script = {{"PUT /fs/.ouro-part", {{201, ""}}},
                     {"GET /fs/.ouro-part", {{200, "new"}}},
                     {"MOVE /fs/.ouro-part to /fs/lib", {{412, ""}}},
                     {"GET /fs/", {{200, R"([{"name":"lib","directory":true,"modified_ns":1,"file_size":0}])"}}},
                     {"DELETE /fs/.ouro-part", {{204, ""}}}};
    EXPECT_EQ(files_.write("lib", "new").error().code, base::ErrorCode::invalid_argument);
}

TEST_F(WebFilesTest, fetches_only_what_could_be_the_same) {
    board_.script = {
        {"GET /fs/", {{200, "[" + file("same", 3) + "," + file("other", 3) + "," + file("long", 4) + "]"}}},
        {"GET /fs/same", {{200, "new"}}},
        {"GET /fs/other", {{200, "old"}}}};
    const std::string hash = "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437"; // of "new"
    const auto places = files_.differing({{"same", 3, hash}, {"other", 3, hash}, {"long", 3, hash}, {"none", 3, hash}});
    ASSERT_TRUE(places);
    EXPECT_EQ(*places, (std::vector<std::size_t>{1, 2, 3}));
}

} // namespace
} // namespace hub::workbench
