#include "capture/walk_task.h"

#include "capture/memory_survey.h"
#include "python/heap_fields.h"

namespace heapdump {
namespace {

// Of all images together: to read it takes time.
constexpr uint64_t kMaxImageData = 64 << 20;

std::vector<hd_image_data> find_image_data(const std::vector<ElfImage>& images) {
  std::vector<hd_image_data> found;
  uint64_t total = 0;
  for (const ElfImage& image : images) {
    const std::string name = image.path().substr(image.path().rfind('/') + 1);
    for (const ElfImage::Data& data : image.data()) {
      if (data.end - data.start > kMaxImageData - total) continue;
      total += data.end - data.start;
      hd_image_data& row = found.emplace_back(hd_image_data{
          .start = data.start, .end = data.end, .image = {image.start(), image.end()}, .name = {}});
      row.name[name.copy(row.name, sizeof row.name - 1)] = '\0';
    }
  }
  return found;
}

}  // namespace

WalkTask::WalkTask(const Inspection& target, ContentKept content, std::span<const TypesFile> types)
    : WalkTask(target, content, types, check_heap_layout(target.memory, target.interpreter)) {}

WalkTask::WalkTask(const Inspection& target, ContentKept content, std::span<const TypesFile> files,
                   const CPythonLayout& row)
    : content(content),
      pid(target.status.namespace_pid),
      runtime(target.interpreter.runtime()),
      layout(row.heap),
      types(find_heap_types(target.memory, target.interpreter)),
      fields(find_heap_fields(row, target.interpreter.version())),
      declarations(compile_types(files, target.interpreter.version())),
      image_data(find_image_data(target.images)),
      has_glibc_malloc(heapdump::has_glibc_malloc(target.memory, target.images)) {}

}  // namespace heapdump
