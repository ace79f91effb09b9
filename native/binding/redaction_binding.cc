#include <string>
#include <vector>

#include "binding/addon.h"
#include "redaction/redacted_dump.h"

namespace heapdump {
namespace {

Napi::Value to_object(Napi::Env env, const Pairs& pairs) {
  Napi::Object object = Napi::Object::New(env);
  for (const auto& [key, value] : pairs) object.Set(key, value);
  return object;
}

class RedactedDumpObject : public Napi::ObjectWrap<RedactedDumpObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "RedactedDump",
                       {InstanceMethod("next", &RedactedDumpObject::next),
                        InstanceAccessor("meta", &RedactedDumpObject::meta, nullptr),
                        InstanceAccessor("end", &RedactedDumpObject::end, nullptr),
                        InstanceAccessor("cut", &RedactedDumpObject::cut, nullptr)});
  }

  explicit RedactedDumpObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    if (info.Length() != 3 || !info[0].IsString() || !info[1].IsString() || !info[2].IsObject())
      throw Napi::TypeError::New(info.Env(), "new RedactedDump(dump, index, rules)");
    const Napi::Object given = info[2].As<Napi::Object>();
    RedactionRules rules;
    const Napi::Array types = given.Get("types").As<Napi::Array>();
    for (uint32_t i = 0; i < types.Length(); ++i) rules.types.push_back(types.Get(i).As<Napi::String>());
    rules.keys = given.Get("keys").ToBoolean();
    rules.names = given.Get("names").ToBoolean();
    try {
      dump_.emplace(info[0].As<Napi::String>(), info[1].As<Napi::String>(), rules);
    } catch (const Error& error) {
      throw to_js(info.Env(), error.what(), error.code());
    }
  }

 private:
  Napi::Value next(const Napi::CallbackInfo& info) {
    try {
      const auto records = dump_->next();
      if (!records) return info.Env().Null();
      return Napi::Buffer<uint8_t>::Copy(info.Env(), records->data(), records->size());
    } catch (const Error& error) {
      throw to_js(info.Env(), error.what(), error.code());
    }
  }
  Napi::Value meta(const Napi::CallbackInfo& info) { return to_object(info.Env(), dump_->meta()); }
  Napi::Value end(const Napi::CallbackInfo& info) { return to_object(info.Env(), dump_->end()); }
  Napi::Value cut(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), static_cast<double>(dump_->cut()));
  }

  std::optional<RedactedDump> dump_;
};

}  // namespace

void init_redaction(Napi::Env env, Napi::Object exports) {
  exports.Set("RedactedDump", RedactedDumpObject::define(env));
}

}  // namespace heapdump
