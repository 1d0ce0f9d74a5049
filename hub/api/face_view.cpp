// SPDX-License-Identifier: Apache-2.0
#include "hub/api/face_view.hpp"

#include "hub/api/answers.hpp"

#include <png.h>

#include <memory>
#include <vector>

namespace hub::api {

using core::Json;

SharedBatch FaceFeed::next(const core::Face* face) {
    if (face == nullptr || face->version() == seen_) return nullptr;
    Json cells = Json::array();
    for (const core::Face::Cell& cell : face->cells()) {
        if (cell.changed > seen_) cells.push_back({cell.x, cell.y, cell.width, cell.height, cell.runs});
    }
    seen_ = face->version();
    auto batch = std::make_shared<Batch>();
    batch->messages = 1;
    batch->text = text_of({{"type", "face"},
                           {"width", face->width()},
                           {"height", face->height()},
                           {"picture", face->picture()},
                           {"leds", face->leds()},
                           {"cells", std::move(cells)}});
    return batch;
}

std::string png_of(const core::Pixels& pixels) {
    std::vector<unsigned char> rgb;
    rgb.reserve(pixels.colors.size() * 3);
    for (const unsigned color : pixels.colors) {
        const unsigned red = color >> 11U;
        const unsigned green = color >> 5U & 0x3FU;
        const unsigned blue = color & 0x1FU;
        // The high bits again below: full brightness stays full.
        rgb.push_back(static_cast<unsigned char>(red << 3U | red >> 2U));
        rgb.push_back(static_cast<unsigned char>(green << 2U | green >> 4U));
        rgb.push_back(static_cast<unsigned char>(blue << 3U | blue >> 2U));
    }
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(pixels.width);
    image.height = static_cast<png_uint_32>(pixels.height);
    image.format = PNG_FORMAT_RGB;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    std::string file(size, '\0');
    if (png_image_write_to_memory(&image, file.data(), &size, 0, rgb.data(), 0, nullptr) == 0) return {};
    file.resize(size);
    return file;
}

} // namespace hub::api
