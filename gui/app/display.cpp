// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/display.hpp"

#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

namespace spawnpoint::gui {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::string_view(value) : std::string_view();
}

/// Asks the X server itself, through the library that Qt's own plugin uses; without that library Qt could not either.
bool x_server_answers() {
  void* library = dlopen("libxcb.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (!library) return false;
  using Connect = void* (*)(const char*, int*);
  using HasError = int (*)(void*);
  using Disconnect = void (*)(void*);
  const auto connect = reinterpret_cast<Connect>(dlsym(library, "xcb_connect"));
  const auto has_error = reinterpret_cast<HasError>(dlsym(library, "xcb_connection_has_error"));
  const auto disconnect = reinterpret_cast<Disconnect>(dlsym(library, "xcb_disconnect"));
  bool answers = false;
  if (connect && has_error && disconnect) {
    void* connection = connect(nullptr, nullptr);
    answers = has_error(connection) == 0;
    disconnect(connection);
  }
  // The library stays loaded: Qt is about to need it.
  return answers;
}

bool wayland_answers(std::string_view display) {
  std::string path(display);
  if (path.front() != '/') path = std::string(variable("XDG_RUNTIME_DIR")) + "/" + path;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return false;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0) return false;
  const bool answers = connect(file, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(file);
  return answers;
}

}  // namespace

std::string missing_display() {
  // Anyone who names a platform (offscreen, vnc …) knows what they are doing.
  const auto platform = variable("QT_QPA_PLATFORM");
  if (!platform.empty() && !platform.starts_with("xcb") && !platform.starts_with("wayland")) return {};
  const auto wayland = variable("WAYLAND_DISPLAY");
  if (!wayland.empty() && wayland_answers(wayland)) return {};
  const auto x = variable("DISPLAY");
  if (x.empty())
    return wayland.empty() ? "neither DISPLAY nor WAYLAND_DISPLAY is set" : "no Wayland compositor answers";
  if (!x_server_answers()) return "the X server at DISPLAY=" + std::string(x) + " does not answer";
  return {};
}

}  // namespace spawnpoint::gui
