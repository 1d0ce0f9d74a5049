// SPDX-License-Identifier: Apache-2.0
// Jobs, ports and firmware over HTTP and the WebSocket, with programs that the test plays.
#include "hub/api/tests/server_fixture.hpp"

namespace hub::api::tests {
namespace {

constexpr const char* flash_job = R"({"kind":"flash","board":"/dev/ttyUSB0","firmware":"esp32@1.25.0"})";

struct JobsTest : ServerTest {
    HttpAnswer remove(std::string_view target) { return TestClient(api->port()).ask(request("DELETE", target)); }
    std::string file_head(std::size_t size, std::string_view query = "name=firmware.bin") {
        std::string head = request("POST", "/api/firmware/uploads?" + std::string(query));
        head.replace(head.find("application/json"), 16, "application/octet-stream");
        return head.replace(head.find("Content-Length: 0"), 17, "Content-Length: " + std::to_string(size));
    }
    HttpAnswer send(const std::string& bytes) { return raw(file_head(bytes.size()) + bytes); }
    /// What lies in the folder for uploads.
    std::size_t files() const {
        std::error_code missing;
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(folder / "uploads", missing), {}));
    }
};

TEST_F(JobsTest, one_is_started_told_and_ends) {
    start();
    TestClient viewer(api->port());
    ASSERT_EQ(viewer.ask(upgrade(bearer())).status, 101);
    const Json first = Json::parse(viewer.read_frame().value_or(""));
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[1], Json({{"type", "jobs"}, {"jobs", Json::array()}}));
    const HttpAnswer answer = post("/api/jobs", flash_job);
    ASSERT_EQ(answer.status, 202) << answer.body;
    EXPECT_EQ(answer.json()["state"], "running");
    EXPECT_EQ(answer.json()["by"], "api");
    EXPECT_EQ(Json::parse(viewer.read_frame().value_or(""))[0]["job"]["id"], answer.json()["id"]);
    on_core([this] {
        auto& tool = desk->tools.back();
        EXPECT_EQ(tool.arguments, (std::vector<std::string>{"flash", "--firmware", "esp32@1.25.0", "--port",
                                                            "/dev/ttyUSB0", "--json"}));
        tool.listener->on_line(R"({"type":"result","runs":"MicroPython"})", false);
        tool.listener->on_end(0);
    });
    Json told;
    while (told["state"] != "done") told = Json::parse(viewer.read_frame().value_or("null"))[0]["job"];
    EXPECT_EQ(told["result"]["runs"], "MicroPython");
    EXPECT_EQ(get("/api/jobs").json()[0], told);
    EXPECT_EQ(get("/api/jobs/1").json(), told);
    EXPECT_EQ(get("/api/jobs/2").status, 404);
    EXPECT_EQ(remove("/api/jobs/1").status, 409);
}

TEST_F(JobsTest, a_busy_board_and_a_job_that_writes_are_409_and_force_is_202) {
    start();
    ASSERT_EQ(post("/api/jobs", flash_job).status, 202);
    EXPECT_EQ(post("/api/jobs", R"({"kind":"erase","board":"Front door"})").json()["code"], "busy")
        << "the same board by its name";
    on_core([this] { desk->tools.back().listener->on_line(R"({"type":"phase","phase":"write"})", false); });
    EXPECT_EQ(remove("/api/jobs/1").json()["code"], "invalid_state");
    EXPECT_EQ(remove("/api/jobs/1?force=0").status, 409);
    EXPECT_EQ(remove("/api/jobs/1?force=1").status, 202);
    on_core([this] { EXPECT_EQ(desk->tools.back().interrupted, 1); });
}

TEST_F(JobsTest, a_viewer_looks_on_and_starts_nothing) {
    start();
    ASSERT_EQ(post("/api/jobs", flash_job).status, 202);
    token.swap(viewer_token);
    EXPECT_EQ(get("/api/jobs").status, 200);
    EXPECT_EQ(post("/api/jobs", flash_job).status, 403);
    EXPECT_EQ(remove("/api/jobs/1").status, 403);
    EXPECT_EQ(send("firmware").status, 403);
    EXPECT_EQ(remove("/api/firmware/uploads/0123456789abcdef").status, 403);
    on_core([this] { EXPECT_EQ(desk->tools.size(), 1U); });
}

TEST_F(JobsTest, what_is_no_job_is_400_and_starts_nothing) {
    start();
    for (const char* bad : {"", "{", "[]", "{}", R"({"kind":"exec"})", R"({"kind":"fetch","firmware":"--help"})",
                            R"({"kind":"flash","board":"/dev/null","firmware":"esp32"})"}) {
        EXPECT_EQ(post("/api/jobs", bad).status, 400) << bad;
    }
    EXPECT_EQ(post("/api/jobs", R"({"kind":"flash","board":"nobody","firmware":"esp32"})").status, 404);
    on_core([this] { EXPECT_TRUE(desk->tools.empty()); });
}

TEST_F(JobsTest, ports_and_firmware_are_what_our_program_prints) {
    start();
    const auto answer_with = [this](const std::string& line, int code) {
        for (bool asked = false; !asked;) {
            on_core([&] {
                asked = !desk->tools.empty() && !desk->tools.back().is_gone;
                if (!asked) return;
                desk->tools.back().listener->on_line(line, code != 0);
                desk->tools.back().listener->on_end(code);
            });
        }
    };
    TestClient asking(api->port());
    asking.send(request("GET", "/api/ports"));
    answer_with(R"([{"path":"/dev/ttyUSB0"}])", 0);
    EXPECT_EQ(asking.read_answer().body, R"([{"path":"/dev/ttyUSB0"}])");
    asking.send(request("GET", "/api/firmware"));
    answer_with(R"({"board":"esp32","title":"T","system":"micropython","version":"1.25.0","here":true})", 0);
    const Json list = asking.read_answer().json();
    EXPECT_EQ(list["catalogue"][0]["name"], "esp32/micropython@1.25.0");
    EXPECT_EQ(list["uploads"], Json::array());
    asking.send(request("GET", "/api/ports"));
    answer_with("there is no bus", 1);
    EXPECT_EQ(asking.read_answer().json()["message"], "there is no bus");
}

TEST_F(JobsTest, a_file_arrives_in_pieces_is_looked_at_and_can_be_flashed_and_removed) {
    start();
    const HttpAnswer answer = send("f" + std::string(300'000, 'x'));
    ASSERT_EQ(answer.status, 201) << answer.body;
    const Json upload = answer.json();
    EXPECT_EQ(upload["size"], 300'001);
    EXPECT_EQ(upload["what"], "firmware for a test");
    EXPECT_EQ(files(), 2U);
    const std::string id = upload["id"];
    ASSERT_EQ(post("/api/jobs", R"({"kind":"flash","board":"/dev/ttyUSB0","upload":")" + id + "\"}").status, 202);
    on_core([this, id] { EXPECT_EQ(desk->tools.back().arguments[2], (folder / "uploads" / (id + ".bin")).string()); });
    EXPECT_EQ(remove("/api/firmware/uploads/" + id).status, 409) << "a job is about to use it";
    on_core([this] { desk->tools.back().listener->on_end(1); });
    EXPECT_EQ(remove("/api/firmware/uploads/" + id).status, 204);
    EXPECT_EQ(remove("/api/firmware/uploads/" + id).status, 404);
    EXPECT_EQ(files(), 0U);
}

TEST_F(JobsTest, what_is_no_firmware_leaves_nothing) {
    start();
    const HttpAnswer answer = send("<html>");
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.json()["message"], "It is no firmware");
    EXPECT_EQ(send("").status, 400);
    EXPECT_EQ(files(), 0U);
}

TEST_F(JobsTest, a_file_over_64_mib_is_refused_by_its_header_alone) {
    start();
    EXPECT_EQ(raw(file_head(jobs::upload_size_max + 1)).status, 413);
    EXPECT_EQ(raw(file_head(1, "name=") + "f").status, 400);
    EXPECT_EQ(raw(file_head(1, "") + "f").status, 400);
}

TEST_F(JobsTest, a_file_that_trickles_in_or_breaks_off_leaves_nothing) {
    start();
    {
        TestClient cut(api->port());
        cut.send(file_head(1000) + "f");
    }
    TestClient slow(api->port());
    slow.send(file_head(1000, "name=slow"));
    EXPECT_TRUE(slow.ends_within(5s));
    EXPECT_EQ(send("firmware").status, 201) << "its place is free again";
    EXPECT_EQ(files(), 2U);
}

TEST_F(JobsTest, a_file_must_be_named_as_such_and_json_as_json) {
    start();
    std::string head = file_head(8);
    head.replace(head.find("application/octet-stream"), 24, "application/json");
    EXPECT_EQ(raw(head + "firmware").status, 415);
    std::string json = request("POST", "/api/jobs", flash_job);
    json.replace(json.find("application/json"), 16, "application/octet-stream");
    EXPECT_EQ(raw(json).status, 415);
}

} // namespace
} // namespace hub::api::tests
