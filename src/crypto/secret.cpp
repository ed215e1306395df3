#include "crypto/secret.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace karmen::crypto {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kSecretFileBytesMax = 4096;

class File {
  public:
    File(const std::filesystem::path& path, int flags, mode_t mode = 0)
        : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int fd() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }

  private:
    int fd_;
};

[[noreturn]] void fail(const std::filesystem::path& path, const char* what, int error) {
    throw Error(ErrorCode::kStorageUnavailable,
                PublicMessage{fmt::format("The signing secret {} {}: {}", path.string(), what, std::strerror(error))});
}

std::string checked_length(std::string secret, const std::string& origin) {
    if (secret.size() < kSecretCharactersMin)
        throw Error(ErrorCode::kInvalidInput,
                    PublicMessage{fmt::format(
                        "The signing secret {} has {} characters; it needs at least {} random ones, such as "
                        "`openssl rand -hex 32` prints",
                        origin, secret.size(), kSecretCharactersMin)});
    return secret;
}

void refuse_foreign_eyes(const File& file, const std::filesystem::path& path) {
    struct stat facts{};
    if (::fstat(file.fd(), &facts) != 0) fail(path, "cannot be examined", errno);
    if (!S_ISREG(facts.st_mode)) fail(path, "is not a file", EINVAL);
    if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        throw Error(
            ErrorCode::kInvalidInput,
            PublicMessage{fmt::format("The signing secret {0} may be opened by others than its owner (mode {1:04o}): "
                                      "run `chmod 600 {0}`, and if somebody may have read it, remove it, which logs "
                                      "everybody out",
                                      path.string(), static_cast<unsigned>(facts.st_mode & 07777))});
}

std::string read_secret(const File& file, const std::filesystem::path& path) {
    refuse_foreign_eyes(file, path);
    std::array<char, kSecretFileBytesMax> buffer;
    std::string text;
    while (text.size() < kSecretFileBytesMax) {
        const ssize_t count = ::read(file.fd(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail(path, "cannot be read", errno);
        if (count == 0) break;
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return checked_length(std::move(text), path.string());
}

void write_durably(const std::filesystem::path& path, std::string_view text) {
    const File file(path, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    if (!file.is_open()) fail(path, "cannot be made", errno);
    while (!text.empty()) {
        const ssize_t count = ::write(file.fd(), text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail(path, "cannot be written", errno);
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::fsync(file.fd()) != 0) fail(path, "cannot be written", errno);
}

/// Written under another name and then linked. So the real name never has a half-written secret, and if two processes
/// start at once, the second one uses the secret of the first.
void make_secret(const std::filesystem::path& path) {
    const std::filesystem::path draft = path.string() + "." + random_hex(8);
    write_durably(draft, random_hex(kSecretBytes) + "\n");
    const int linked = ::link(draft.c_str(), path.c_str());
    const int error = errno;
    ::unlink(draft.c_str());
    if (linked != 0 && error != EEXIST) fail(path, "cannot be made", error);
    const File folder(path.parent_path(), O_RDONLY | O_DIRECTORY);
    if (!folder.is_open() || ::fsync(folder.fd()) != 0) fail(path, "cannot be made lasting", errno);
}

}  // namespace

std::string signing_secret(const std::optional<std::string>& configured, const std::filesystem::path& data_dir) {
    if (configured) return checked_length(*configured, "in the configuration");
    const std::filesystem::path path = std::filesystem::absolute(data_dir) / kSecretFileName;
    {
        const File existing(path, O_RDONLY);
        if (existing.is_open()) return read_secret(existing, path);
        if (errno != ENOENT) fail(path, "cannot be opened", errno);
    }
    make_secret(path);
    const File made(path, O_RDONLY);
    if (!made.is_open()) fail(path, "cannot be opened", errno);
    return read_secret(made, path);
}

}  // namespace karmen::crypto
