#include "jobs/fault.h"

namespace treadle::jobs {

void fail(const std::string& pointer, const std::string& message) {
  throw InJob<InvalidArgument>(InvalidArgument(message), pointer);
}

void rethrow_at(const std::string& pointer) {
  try {
    throw;
  } catch (const JobPlace&) {
    throw;
  } catch (const InvalidArgument& error) {
    throw InJob<InvalidArgument>(error, pointer);
  } catch (const TypeError& error) {
    throw InJob<TypeError>(error, pointer);
  } catch (const NotFound& error) {
    throw InJob<NotFound>(error, pointer);
  } catch (const ParseError& error) {
    throw InJob<ParseError>(error, pointer);
  } catch (const IoError& error) {
    throw InJob<IoError>(error, pointer);
  } catch (const OutOfMemory& error) {
    throw InJob<OutOfMemory>(error, pointer);
  }
}

std::string child_pointer(const std::string& parent, std::string_view key) {
  std::string out = parent + '/';
  for (const char c : key) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

std::string child_pointer(const std::string& parent, std::size_t index) {
  return parent + '/' + std::to_string(index);
}

}  // namespace treadle::jobs
